import { once } from "node:events";
import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import type { WebPlace } from "../settings/web.ts";
import { OrthancFailed } from "./orthanc-failed.ts";

/** A file on its way: read it to its end, or destroy it. */
export interface FileComing {
  /** Bytes, as far as it was said; 0: it was not. */
  readonly size: number;
  /** What it throws is an {OrthancFailed}. */
  readonly blocks: AsyncIterable<Buffer>;
  readonly destroy: () => void;
}

/** Longest description of a resource that is read, in bytes: some 45 for each of its parts. */
const maxDescription = 16_777_216;

/** What is a resource of Orthanc's; a path is made of nothing else. */
const resourceId = /^[0-9a-f]{8}(?:-[0-9a-f]{8}){4}$/;

/** Where the parts of a resource stand in its description, and of which kind they are. */
const partsOf = {
  patients: { member: "Studies", kind: "studies" },
  studies: { member: "Series", kind: "series" },
  series: { member: "Instances", kind: null },
} as const;

type Kind = keyof typeof partsOf;

/** The REST interface of an Orthanc, as far as it is fetched from: any version's. */
export class Orthanc {
  readonly #place: WebPlace;
  readonly #agent: HttpAgent;

  /** `connections`: so many at a time, at most. */
  constructor(place: WebPlace, connections: number) {
    this.#place = place;
    const options = { keepAlive: true, maxSockets: connections, noDelay: true };
    const { url, tls } = place.address;
    this.#agent =
      url.protocol === "https:"
        ? new HttpsAgent({ ...options, minVersion: "TLSv1.2", ...tls })
        : new HttpAgent(options);
  }

  /**
   * The ids of the instances of an instance, a series, a study or a patient; null: it has none of this id.
   * @throws {OrthancFailed}
   */
  async instancesOf(id: string): Promise<readonly string[] | null> {
    if (!resourceId.test(id)) return null;
    if ((await this.#description("instances", id)) !== null) return [id];
    for (const kind of ["series", "studies", "patients"] as const) {
      const instances = await this.#instances(kind, id);
      if (instances !== null) return instances;
    }
    return null;
  }

  /** The file of an instance, as it was stored. Null: it has gone. @throws {OrthancFailed} */
  async file(id: string): Promise<FileComing | null> {
    const answer = await this.#get(`instances/${id}/file`);
    if (answer === null) return null;
    return {
      size: Number(answer.headers["content-length"] ?? 0),
      blocks: blocksOf(answer),
      destroy: () => void answer.destroy(),
    };
  }

  /** What is on its way breaks off. */
  close(): void {
    this.#agent.destroy();
  }

  async #instances(kind: Kind, id: string): Promise<readonly string[] | null> {
    const description = await this.#description(kind, id);
    if (description === null) return null;
    const { member, kind: next } = partsOf[kind];
    const parts = idsIn(description[member]);
    if (next === null) return parts;
    const instances: string[] = [];
    for (const part of parts) instances.push(...((await this.#instances(next, part)) ?? []));
    return instances;
  }

  async #description(
    kind: Kind | "instances",
    id: string,
  ): Promise<Readonly<Record<string, unknown>> | null> {
    const answer = await this.#get(`${kind}/${id}`);
    if (answer === null) return null;
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of blocksOf(answer)) {
      size += chunk.length;
      if (size > maxDescription) throw new OrthancFailed("its answer is too long");
      chunks.push(chunk);
    }
    return objectIn(Buffer.concat(chunks).toString("utf8"));
  }

  /** The answer to a GET that was answered with 200; null: 404. */
  async #get(path: string): Promise<IncomingMessage | null> {
    const { address, timeoutMs } = this.#place;
    const url = new URL(path, address.url);
    const request = url.protocol === "https:" ? requestHttps : requestHttp;
    try {
      const asked = request(url, {
        headers: address.headers,
        agent: this.#agent,
        timeout: timeoutMs,
      });
      asked.on("timeout", () => {
        asked.destroy(new OrthancFailed(`nothing came for ${timeoutMs / 1_000} s`));
      });
      asked.end();
      const [answer] = (await once(asked, "response")) as [IncomingMessage];
      // Whoever reads it hears of what breaks it off.
      asked.on("error", (error) => answer.destroy(error));
      if (answer.statusCode === 200) return answer;
      answer.resume();
      if (answer.statusCode === 404) return null;
      throw new OrthancFailed(`it answered HTTP ${answer.statusCode}`);
    } catch (error) {
      throw failed(error);
    }
  }
}

async function* blocksOf(answer: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    yield* answer as AsyncIterable<Buffer>;
  } catch (error) {
    throw failed(error);
  }
}

/** What broke off an exchange, by its code: other words may be anybody's. */
function failed(error: unknown): OrthancFailed {
  if (error instanceof OrthancFailed) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "it broke off";
  return new OrthancFailed(code, { cause: error });
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null) return parsed as Record<string, unknown>;
  } catch {
    // It is said below.
  }
  throw notOrthanc();
}

function idsIn(given: unknown): readonly string[] {
  if (Array.isArray(given) && given.every(isId)) return given;
  throw notOrthanc();
}

const isId = (one: unknown): one is string => typeof one === "string" && resourceId.test(one);

const notOrthanc = (): OrthancFailed =>
  new OrthancFailed("it does not answer as Orthanc does; is the Url right?");
