import { AssertionError } from "node:assert";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PayloadCounts } from "../core/payload-counts.ts";
import {
  openCountedHost,
  type CountedHost,
  type Host,
  type HostOptions,
  type PluginEntry,
} from "../open-host.ts";
import type { EngineEvent } from "../ports/job-event.ts";
import type { JobInfo, JsonValue } from "../ports/job.ts";
import type { Plugin, RouteMethod } from "../ports/plugin.ts";
import { EventLog, type Moment } from "./event-log.ts";

/** How long `next` waits unless the options say otherwise; milliseconds. */
const defaultDeadlineMs = 10_000;

/** The options of openHost, but for what the harness needs itself. */
export interface PluginHostOptions extends Omit<
  HostOptions,
  "plugins" | "http" | "observer" | "store"
> {
  /**
   * `memory` (default); `sqlite`: a file in a folder of its own, removed at the end; or as for
   * openHost. `restart` needs one that survives.
   */
  readonly store?: "memory" | "sqlite" | HostOptions["store"];
  /** How long `next` waits before it fails the test; milliseconds. Default 10,000. */
  readonly deadlineMs?: number;
}

/** What a request was answered. */
export interface HarnessResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** The body as text. */
  text(): string;
  /** The body as JSON. @throws {SyntaxError} it is none */
  json(): JsonValue;
}

/**
 * Opens a real host with one plugin, or several: as for openHost.
 * Use it with `await using`: at the end it closes the host and fails the test if payloads are lost.
 * @throws {JobEngineError} as openHost
 */
export async function openPluginHost(
  plugin: OnePlugin | readonly OnePlugin[],
  options: PluginHostOptions = {},
): Promise<PluginHarness> {
  const { store, deadlineMs, ...rest } = options;
  const place = await placeOf(store ?? "memory");
  const log = new EventLog(deadlineMs ?? defaultDeadlineMs);
  const plugins = isOne(plugin) ? [plugin] : plugin;
  const open = (): Promise<CountedHost> =>
    openCountedHost({
      ...rest,
      plugins,
      store: place.store,
      http: { port: 0 },
      observer: (event) => log.hear(event),
    });
  try {
    return new PluginHarness({ log, place, open, first: await open() });
  } catch (error) {
    await place.remove();
    throw error;
  }
}

type OnePlugin = string | PluginEntry | Plugin;

const isOne = (plugin: OnePlugin | readonly OnePlugin[]): plugin is OnePlugin =>
  !Array.isArray(plugin);

interface HarnessParts {
  readonly log: EventLog;
  readonly place: Place;
  readonly open: () => Promise<CountedHost>;
  readonly first: CountedHost;
}

/** A host with the plugin under test, in this process. Its server listens on loopback only. */
export class PluginHarness implements AsyncDisposable {
  readonly #parts: HarnessParts;
  #current: CountedHost;
  /** How many events there were when the host that is open was opened. */
  #since = 0;

  constructor(parts: HarnessParts) {
    this.#parts = parts;
    this.#current = parts.first;
  }

  /** The host that is open: another one after `restart`. */
  get host(): Host {
    return this.#current.host;
  }

  /** Every event so far, of all hosts, in order. */
  get events(): readonly EngineEvent[] {
    return this.#parts.log.events;
  }

  /**
   * Makes a request, to a route of the plugin or to the REST interface. An object is sent as JSON.
   * Any status is an answer.
   */
  async request(
    method: RouteMethod,
    path: string,
    body?: JsonValue | Uint8Array<ArrayBuffer>,
  ): Promise<HarnessResponse> {
    const isPlain = body === undefined || typeof body === "string" || body instanceof Uint8Array;
    const response = await fetch(`${this.host.url}${path}`, {
      method,
      ...(body !== undefined && { body: isPlain ? body : JSON.stringify(body) }),
      ...(!isPlain && { headers: { "content-type": "application/json" } }),
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    const text = (): string => new TextDecoder().decode(bytes);
    const { status, headers } = response;
    return { status, headers, body: bytes, text, json: () => JSON.parse(text()) as JsonValue };
  }

  /**
   * Waits until a job is so, and answers the job as it was told then. What was told already counts,
   * once: the same wish is answered with the next time. Without an id any job will do.
   * @throws {AssertionError} not within the deadline; it says what was waited for and what came
   */
  next(moment: Moment, id: string | null = null): Promise<JobInfo> {
    return this.#parts.log.next(moment, id);
  }

  /** What became of a job so far, such as `["submitted", "running", "succeeded"]`. */
  trace(id: string): readonly string[] {
    return this.#parts.log.trace(id);
  }

  /**
   * Closes the host and opens another on the same store, as after a restart of the process.
   * @throws {AssertionError} payloads were lost, or the store is memory
   */
  async restart(): Promise<void> {
    if (this.#parts.place.store.kind === "memory") {
      const hint = 'open the harness with store: "sqlite"';
      throw new AssertionError({ message: `a restart would find no jobs in memory; ${hint}` });
    }
    await this.#close();
    this.#since = this.events.length;
    this.#current = await this.#parts.open();
  }

  /**
   * What `await using` does at the end; for Node.js 22, which does not know it.
   * @throws {AssertionError} payloads were lost
   */
  async close(): Promise<void> {
    try {
      await this.#close();
    } finally {
      await this.#parts.place.remove();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await this.host.close();
    const losses = [
      ...lostHandles(this.events.slice(this.#since)),
      ...lostPayloads(this.#current.countsAtEnd()),
    ];
    if (losses.length > 0) throw new AssertionError({ message: losses.join("; ") });
  }
}

/** Jobs that a plugin created and forgot: the host has told of each, and finalized them. */
function lostHandles(events: readonly EngineEvent[]): readonly string[] {
  const isLost = /never submitted or freed|submit or free each job/;
  return events
    .filter((event) => event.kind === "logged" && event.level === "warning")
    .flatMap((event) => ("text" in event && isLost.test(event.text) ? [event.text] : []));
}

function lostPayloads(counts: PayloadCounts | null): readonly string[] {
  if (counts === null) return ["the host was closed twice at once"];
  const { created, finalized, live, owed } = counts;
  const all = `of ${created} payloads ${finalized} were finalized`;
  return [
    ...(created === finalized + live + owed ? [] : [`${all}, ${live} live and ${owed} owed`]),
    ...(live === 0 ? [] : [`${all} when the host had closed; ${live} leaked`]),
    ...(owed === 0
      ? []
      : [`${all}; ${owed} are in steps that did not return when they were asked`]),
  ];
}

/** Where the jobs are kept. */
interface Place {
  readonly store: NonNullable<HostOptions["store"]>;
  readonly remove: () => Promise<void>;
}

async function placeOf(store: NonNullable<PluginHostOptions["store"]>): Promise<Place> {
  if (store === "memory") return { store: { kind: "memory" }, remove: async () => undefined };
  if (store !== "sqlite") return { store, remove: async () => undefined };
  const folder = await mkdtemp(join(tmpdir(), "baton-testing-"));
  return {
    // The process lives on: nothing is gained by waiting for the disk.
    store: { kind: "sqlite", path: join(folder, "jobs.db"), durability: "process" },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
