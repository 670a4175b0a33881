import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { openHost, type Host } from "../../../../src/index.ts";
import { plugin } from "../../src/index.ts";
import type { MadeInstance } from "./made-instance.ts";

export type Answer = Readonly<Record<string, unknown>>;

/** Destinations are asked again soon, and nobody's disk is too full. */
const hasty = { Retry: { First: 0.1, Factor: 1, Max: 0.1, Jitter: 0 }, InstanceRetries: [0.05] };

/** A host with a send queue of its own, in a folder of its own, which may be opened again. */
export class ServedQueue implements AsyncDisposable {
  readonly #folder: string;
  readonly #settings: Readonly<Record<string, unknown>>;
  host: Host;

  private constructor(folder: string, settings: Readonly<Record<string, unknown>>, host: Host) {
    this.#folder = folder;
    this.#settings = settings;
    this.host = host;
  }

  /** `modalities`: ports of this machine by name; `queue`: members of "SendQueue". */
  static async open(
    modalities: Readonly<Record<string, number>>,
    queue: Readonly<Record<string, unknown>> = {},
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<ServedQueue> {
    const folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    const peers = Object.entries(modalities).map(([name, port]) => {
      return [name, [name.toUpperCase(), "127.0.0.1", port]];
    });
    const { Defaults: defaults = {}, ...rest } = queue;
    const settings = {
      DicomModalities: Object.fromEntries(peers) as object,
      ...more,
      SendQueue: {
        Directory: join(folder, "queue"),
        MinFreeMB: 1,
        ...rest,
        Defaults: { ...hasty, ...(defaults as object) },
      },
    };
    return new ServedQueue(folder, settings, await openedIn(folder, settings));
  }

  /** Closes the host and opens it again, with other members of "SendQueue" if given. */
  async reopen(queue: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.host.close();
    const { SendQueue: before } = this.#settings;
    const settings = { ...this.#settings, SendQueue: { ...(before as object), ...queue } };
    this.host = await openedIn(this.#folder, settings);
  }

  async call(method: string, path: string, body?: unknown): Promise<[number, Answer]> {
    const answer = await fetch(`${this.host.url}${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: body instanceof Uint8Array ? body : JSON.stringify(body) }),
    });
    return [answer.status, (await answer.json()) as Answer];
  }

  /** Answers what the queue then calls it. */
  async take({ file }: MadeInstance): Promise<string> {
    const [status, { ID: id }] = await this.call("POST", "/instances", file);
    assert.equal(status, 200);
    return String(id);
  }

  /** Takes instances and has them sent; answers the job. */
  async send(destination: string, instances: readonly MadeInstance[]): Promise<string> {
    const ids: string[] = [];
    for (const instance of instances) ids.push(await this.take(instance));
    const body = { Resources: ids, Asynchronous: true };
    const [status, answer] = await this.call("POST", `/modalities/${destination}/store`, body);
    assert.equal(status, 200, JSON.stringify(answer));
    return String(answer["ID"]);
  }

  /** What `/send-queue` says of a destination. */
  async destination(name: string): Promise<Answer> {
    const [, { Destinations: all }] = await this.call("GET", "/send-queue");
    const found = (all as Answer[]).find(({ Name: one }) => one === name);
    assert.ok(found !== undefined);
    return found;
  }

  async items(query: string): Promise<readonly Answer[]> {
    const [status, items] = await this.call("GET", `/send-queue/items?${query}`);
    assert.equal(status, 200);
    return items as unknown as readonly Answer[];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.host.close();
    await rm(this.#folder, { recursive: true });
  }
}

function openedIn(folder: string, settings: object): Promise<Host> {
  return openHost({
    store: { kind: "sqlite", path: join(folder, "jobs.sqlite") },
    http: { port: 0, limits: { bodyBytes: 1_073_741_824 } },
    limitJobs: 0,
    concurrentJobs: 8,
    plugins: [plugin],
    pluginSettings: { "send-queue": settings as never },
  });
}

/** Asks until it is so, for at most half a minute. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await isSo()); tries += 1) {
    assert.ok(tries < 600, `not within half a minute: ${what}`);
    await delay(50);
  }
}
