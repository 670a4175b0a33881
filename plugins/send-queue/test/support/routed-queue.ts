import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { openHost, type Host, type JobInfo, type JsonObject } from "../../../../src/index.ts";
import { plugin } from "../../src/index.ts";

export type Answer = Readonly<Record<string, unknown>>;

/** Destinations in trouble are asked again at once. */
const hasty = { Retry: { First: 0.1, Factor: 1, Max: 0.1, Jitter: 0 }, InstanceRetries: [0.05] };

/** What a host is opened with: ports of destinations by their names, and members of the settings. */
export interface Opening {
  readonly peers?: Readonly<Record<string, number>>;
  readonly queue?: JsonObject;
  readonly more?: JsonObject;
}

/** A host with the send queue in a folder of its own, which can be opened again there. */
export class RoutedQueue implements AsyncDisposable {
  readonly folder: string;
  readonly #opening: Opening;
  host: Host;

  private constructor(folder: string, opening: Opening, host: Host) {
    this.folder = folder;
    this.#opening = opening;
    this.host = host;
  }

  /** `opening` may depend on the folder. */
  static async open(opening: Opening | ((folder: string) => Opening)): Promise<RoutedQueue> {
    const folder = await mkdtemp(join(tmpdir(), "sq-in-"));
    const given = typeof opening === "function" ? opening(folder) : opening;
    return new RoutedQueue(folder, given, await openedIn(folder, given));
  }

  async reopen(): Promise<void> {
    await this.host.close();
    this.host = await openedIn(this.folder, this.#opening);
  }

  async call(method: string, path: string, body?: unknown): Promise<[number, Answer]> {
    const isBytes = body instanceof Uint8Array || body instanceof FormData;
    const content = body === undefined ? {} : { body: isBytes ? body : JSON.stringify(body) };
    const answer = await fetch(`${this.host.url}${path}`, { method, ...content });
    return [answer.status, (await answer.json()) as Answer];
  }

  /** Takes a file in; answers its id. */
  async take(file: Uint8Array): Promise<string> {
    const [status, answer] = await this.call("POST", "/instances", file);
    assert.equal(status, 200, JSON.stringify(answer));
    return String(answer["ID"]);
  }

  /** What `/send-queue/items` shows. */
  async items(query = ""): Promise<readonly Answer[]> {
    return (await this.call("GET", `/send-queue/items?${query}`))[1] as unknown as Answer[];
  }

  /** Every file of the spool: those that are taken, and those that are coming. */
  async spooled(): Promise<readonly string[]> {
    const entries = await readdir(join(this.folder, "queue", "spool"), {
      recursive: true,
      withFileTypes: true,
    });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  }

  jobs(): readonly JobInfo[] {
    return this.host.jobs();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.host.close();
    await rm(this.folder, { recursive: true });
  }
}

function openedIn(folder: string, { peers = {}, queue = {}, more = {} }: Opening): Promise<Host> {
  const modalities = Object.entries(peers).map(([name, port]) => [
    name,
    [name.toUpperCase(), "127.0.0.1", port],
  ]);
  return openHost({
    store: { kind: "sqlite", path: join(folder, "jobs.sqlite") },
    http: { port: 0 },
    limitJobs: 0,
    concurrentJobs: 8,
    historySize: 1_000,
    plugins: [plugin],
    pluginSettings: {
      "send-queue": {
        DicomModalities: Object.fromEntries(modalities) as JsonObject,
        ...more,
        SendQueue: { Directory: join(folder, "queue"), MinFreeMB: 1, Defaults: hasty, ...queue },
      },
    },
  });
}

/** Resolves when it is so; it must be within half a minute, or so many seconds. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  seconds = 30,
): Promise<void> {
  for (let tries = 0; !(await isSo()); tries += 1) {
    assert.ok(tries < 20 * seconds, `not within ${seconds} s: ${what}`);
    await delay(50);
  }
}
