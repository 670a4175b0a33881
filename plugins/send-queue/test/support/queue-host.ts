import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { openHost, type Host, type JsonObject } from "../../../../src/index.ts";
import { plugin } from "../../src/index.ts";
import type { MadeInstance } from "./made-instance.ts";

/** An item of the queue, as it is shown. */
export interface ShownItem {
  readonly ID: number;
  readonly Destination: string;
  readonly State: "Pending" | "Sent" | "Failed" | "Removed";
  readonly SOPInstanceUID: string;
  readonly Attempts: number;
  readonly Warning?: string;
  readonly ErrorCode?: string;
}

export interface ShownDestination {
  readonly Name: string;
  readonly Pending: number;
  readonly Sent: number;
  readonly Failed: number;
  readonly State: string;
  readonly LastError?: string;
  readonly FailuresInARow?: number;
}

type Answer = Readonly<Record<string, unknown>>;

/** Seconds: nobody waits for long in a test. */
const quick = {
  Retry: { First: 0.1, Factor: 2, Max: 0.5, Jitter: 0 },
  InstanceRetries: [0.05, 0.05, 0.05, 0.05, 0.05],
};

export interface QueueHostOptions {
  /** Members of `SendQueue.Defaults`. */
  readonly defaults?: JsonObject;
  /** Members of `SendQueue.Destinations`. */
  readonly destinations?: JsonObject;
  /** Members of `SendQueue`. */
  readonly queue?: JsonObject;
  /** Where everything is; default: a folder that goes with the host. */
  readonly folder?: string;
  /** Default 1. */
  readonly minFreeMB?: number;
}

/** A host with the send queue in it, whose destinations are on this machine. */
export class QueueHost implements AsyncDisposable {
  readonly host: Host;
  readonly folder: string;
  readonly #isOwnFolder: boolean;

  private constructor(host: Host, folder: string, isOwnFolder: boolean) {
    this.host = host;
    this.folder = folder;
    this.#isOwnFolder = isOwnFolder;
  }

  /** `ports`: of each destination; or its whole definition. */
  static async open(
    ports: Readonly<Record<string, number | JsonObject>>,
    options: QueueHostOptions = {},
  ): Promise<QueueHost> {
    const folder = options.folder ?? (await mkdtemp(join(tmpdir(), "send-queue-")));
    const modalities = Object.entries(ports).map(([name, port]) => [
      name,
      typeof port === "number" ? [name.toUpperCase(), "127.0.0.1", port] : port,
    ]);
    const host = await openHost({
      store: { kind: "sqlite", path: join(folder, "jobs.sqlite") },
      http: { port: 0, limits: { bodyBytes: 67_108_864 } },
      limitJobs: 0,
      concurrentJobs: 8,
      plugins: [plugin],
      pluginSettings: {
        "send-queue": {
          DicomModalities: Object.fromEntries(modalities) as JsonObject,
          SendQueue: {
            Directory: join(folder, "queue"),
            MinFreeMB: options.minFreeMB ?? 1,
            ...options.queue,
            Defaults: { ...quick, ...options.defaults },
            Destinations: options.destinations ?? {},
          },
        },
      },
    });
    return new QueueHost(host, folder, options.folder === undefined);
  }

  async call(method: string, path: string, body?: Uint8Array | object): Promise<[number, Answer]> {
    const isBytes = body instanceof Uint8Array;
    const content = body === undefined ? {} : { body: isBytes ? body : JSON.stringify(body) };
    const answer = await fetch(`${this.host.url}${path}`, { method, ...content });
    return [answer.status, (await answer.json()) as Answer];
  }

  /** Takes instances in; answers their ids. */
  async take(instances: readonly Pick<MadeInstance, "file">[]): Promise<readonly string[]> {
    const ids: string[] = [];
    for (const { file } of instances) {
      const [status, { ID: id }] = await this.call("POST", "/instances", file);
      assert.equal(status, 200);
      ids.push(String(id));
    }
    return ids;
  }

  /** Asks for a store and does not wait for it; answers the job. */
  async store(destination: string, ids: readonly string[]): Promise<string> {
    const body = { Resources: ids, Asynchronous: true };
    const [status, answer] = await this.call("POST", `/modalities/${destination}/store`, body);
    assert.equal(status, 200, JSON.stringify(answer));
    return String(answer["ID"]);
  }

  async send(
    destination: string,
    instances: readonly Pick<MadeInstance, "file">[],
  ): Promise<string> {
    return this.store(destination, await this.take(instances));
  }

  async items(query = ""): Promise<readonly ShownItem[]> {
    const [, items] = await this.call("GET", `/send-queue/items?limit=10000&${query}`);
    return items as unknown as readonly ShownItem[];
  }

  async destination(name: string): Promise<ShownDestination> {
    const [, { Destinations: all }] = await this.call("GET", "/send-queue");
    const found = (all as readonly ShownDestination[]).find(({ Name: one }) => one === name);
    assert.ok(found !== undefined, name);
    return found;
  }

  /** Resolves when a destination is as wanted. */
  async until(
    name: string,
    isThere: (destination: ShownDestination) => boolean,
    timeoutMs = 20_000,
  ): Promise<ShownDestination> {
    const late = performance.now() + timeoutMs;
    for (;;) {
      const destination = await this.destination(name);
      if (isThere(destination)) return destination;
      assert.ok(performance.now() < late, `${name} stays ${JSON.stringify(destination)}`);
      await delay(20);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.host.close();
    if (this.#isOwnFolder) await rm(this.folder, { recursive: true });
  }
}
