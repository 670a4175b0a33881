import { METHODS } from "node:http";
import { JobEngineError } from "../core/errors.ts";
import type { Rest, RestAnswer, RestRequest } from "../ports/rest.ts";
import type { JobAnswer } from "../ports/plugin.ts";
import type { App } from "./app.ts";
import { insideAddress } from "./doors/doors.ts";
import { errorBody, refusalOf } from "./error-body.ts";
import { reasonOf } from "./plugin-routes.ts";
import { quote, readablePath } from "./request-path.ts";

/** Largest answer, in bytes (64 MiB): it is kept in memory until it is complete. */
const maxAnswerBytes = 67_108_864;

/** What a request is said to come from, unless it says so itself. */
const ownHeaders = { host: "localhost", "user-agent": "baton" };

/** Serves requests of this process with the same routes as the server, without a connection. */
export class InProcessRest implements Rest {
  readonly #app: App;

  constructor(app: App) {
    this.#app = app;
  }

  async call({ method, target, headers, body }: RestRequest): Promise<RestAnswer> {
    if (this.#app.isClosing) throw new JobEngineError("CLOSING");
    if (!METHODS.includes(method)) {
      throw new JobEngineError("INVALID_ARGUMENT", `${method} is no method of HTTP`);
    }
    const nobody = new AbortController();
    try {
      const response = await this.#app.fastify.inject({
        method,
        url: target,
        remoteAddress: insideAddress,
        headers: { ...ownHeaders, ...Object.fromEntries(headers) },
        ...(body.byteLength > 0 && { payload: Buffer.from(body) }),
        payloadAsStream: true,
        signal: nobody.signal,
      });
      const whole = await readWhole(response.stream());
      return { status: response.statusCode, body: method === "HEAD" ? new Uint8Array(0) : whole };
    } finally {
      // Whoever still writes learns that nobody reads.
      nobody.abort();
    }
  }

  answer(
    { method, target }: Pick<RestRequest, "method" | "target">,
    job: JobAnswer,
  ): Promise<RestAnswer> {
    const asked = { method, uri: readablePath(target) };
    return this.#app.answerJob(asked, job, new AbortController().signal);
  }

  async refusal(
    { method, target }: Pick<RestRequest, "method" | "target">,
    plugin: string,
    error: JobEngineError,
  ): Promise<RestAnswer> {
    const told = refusalOf(error);
    const path = readablePath(target);
    if (told.status >= 500) {
      const where = `${method} ${quote(path)} of the plugin "${plugin}"`;
      this.#app.onError(`${where} failed: ${reasonOf(error)}`, error);
    }
    return { status: told.status, body: Buffer.from(errorBody(method, path, told)) };
  }
}

/** @throws {JobEngineError} TOO_LARGE */
async function readWhole(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.byteLength;
    if (size > maxAnswerBytes) {
      throw new JobEngineError("TOO_LARGE", `an answer of more than ${maxAnswerBytes} bytes`);
    }
    chunks.push(chunk);
  }
  const [whole] = chunks;
  // A long list comes in one piece: another copy of it could be what starts a collection of all garbage.
  return chunks.length === 1 && whole !== undefined ? whole : Buffer.concat(chunks);
}
