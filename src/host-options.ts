import { availableParallelism } from "node:os";
import { inspect } from "node:util";
import { JobEngineError } from "./core/errors.ts";
import { defaultFailedMaxAgeMs, defaultHistoryLimits } from "./core/history.ts";
import { noLimits } from "./core/job-limits.ts";
import type { DoorOptions } from "./http/doors/door-options.ts";
import {
  completeWebhook,
  type Webhook,
  type WebhookOptions,
} from "./http/webhooks/webhook-options.ts";
import type { Observer } from "./ports/job-event.ts";
import type { JsonObject } from "./ports/job.ts";
import type { Plugin } from "./ports/plugin.ts";

/** Most runs at once. */
const maxConcurrentJobs = 64;

/** A plugin by its file or folder, with where it runs. */
export interface PluginEntry {
  readonly path: string;
  /**
   * `none` (default): in this process. `thread`: on a thread of its own; uncaught errors,
   * `process.exit`, the heap limit and endless loops end that alone. `process`: in a child process,
   * which a crash of native code ends alone, too. Only for plugins that are modules.
   */
  readonly isolation?: "none" | "thread" | "process";
  /** Largest JavaScript heap of its thread or process, in MiB. Default: what Node.js thinks fit. */
  readonly heapLimitMb?: number;
}

/** Where the REST interface is served, and to whom. */
export interface HttpOptions extends DoorOptions {
  /** Address or name. Default 127.0.0.1, with `remoteAccess` 0.0.0.0: every one of the machine. */
  readonly address?: string;
  /** Default 8042; 0: any free one. */
  readonly port?: number;
}

/** Everything there is to decide about a host. */
export interface HostOptions {
  /**
   * Where jobs are kept. `memory` (default): gone with the host. `sqlite`: a file that survives;
   * `durability` "full" (default) survives a power cut at one flush a commit, "process" survives
   * kill -9 and is several times faster; `load: false` leaves the stored jobs alone.
   */
  readonly store?:
    | { readonly kind: "memory" }
    | {
        readonly kind: "sqlite";
        readonly path: string;
        readonly durability?: "full" | "process";
        readonly load?: boolean;
      };
  /** How many jobs run at once, 1 to 64; 0: one for each core. Default 2. */
  readonly concurrentJobs?: number;
  /**
   * How many jobs may be pending before a submit waits for room, first come, first served; 0: no
   * bound. Jobs that are resumed, resubmitted, tried again or read back count and never wait.
   * Default 10,000.
   */
  readonly limitJobs?: number;
  /**
   * How many payloads pending jobs may hold, of those that can be saved and revived; 0: no bound. Above
   * it the jobs that start last are parked: their payloads are finalized, and revived when they get
   * their slots. Default 10,000.
   */
  readonly maxPayloads?: number;
  /** At most so many jobs of a type run at a time, by the name of the type. 0: no limit. Default: none. */
  readonly limitPerType?: Readonly<Record<string, number>>;
  /**
   * At most so many jobs of a key run at a time. A name that ends in `*` ("modality:*") stands for
   * every key that begins so, each counted by itself; an exact name goes before it, a longer
   * beginning before a shorter one. 0: no limit. Default: none.
   */
  readonly limitPerKey?: Readonly<Record<string, number>>;
  /** How many succeeded jobs are remembered. Default 10. */
  readonly historySize?: number;
  /** How many failed jobs are remembered, apart from the succeeded ones. Default 10,000. */
  readonly failedHistorySize?: number;
  /** How long failed jobs are remembered, in milliseconds; 0: for ever. Default 30 days. */
  readonly failedMaxAgeMs?: number;
  /** How long closing waits for running steps, in milliseconds. Default 10,000. */
  readonly drainTimeoutMs?: number;
  /**
   * Plugins, in the order they are started: a file, a folder with a package.json, one of them with
   * where it runs, or the object.
   */
  readonly plugins?: readonly (string | PluginEntry | Plugin)[];
  /** What `getConfig` answers, by the name of the plugin. */
  readonly pluginSettings?: Readonly<Record<string, JsonObject>>;
  /** Serve the REST interface. Default: no server. */
  readonly http?: HttpOptions | null;
  /** Who is told of jobs by a POST, see docs/events.md. Needs no server here. Default: nobody. */
  readonly webhooks?: readonly WebhookOptions[];
  /**
   * How long `POST /jobs` waits for room if too many jobs are pending (`limitJobs`), in milliseconds;
   * then it answers 503 with `Retry-After`. Default 30,000.
   */
  readonly submitWaitMs?: number;
  /** Hears every event from the start on. */
  readonly observer?: Observer;
}

/** The options with every default applied, but for those of `http`: see host-requests.ts. */
export type CompleteOptions = Required<Omit<HostOptions, "observer" | "webhooks">> & {
  readonly webhooks: readonly Webhook[];
  readonly observer: Observer | null;
};

/** Applies the defaults, all of them. @throws {JobEngineError} CONFIG_INVALID */
export function completeOptions(options: HostOptions): CompleteOptions {
  for (const name of Object.keys(options)) {
    if (!known.has(name)) throw invalid(`there is no option "${name}"`);
  }
  const given = { ...defaults, ...withoutUndefined(options) };
  const slots = wholeNumber("concurrentJobs", given.concurrentJobs, maxConcurrentJobs);
  const cores = Math.min(availableParallelism(), maxConcurrentJobs);
  return {
    ...given,
    store: checkedStore(given.store),
    concurrentJobs: slots === 0 ? cores : slots,
    limitJobs: wholeNumber("limitJobs", given.limitJobs),
    maxPayloads: wholeNumber("maxPayloads", given.maxPayloads),
    limitPerType: wholeNumbers("limitPerType", given.limitPerType),
    limitPerKey: wholeNumbers("limitPerKey", given.limitPerKey),
    historySize: wholeNumber("historySize", given.historySize),
    failedHistorySize: wholeNumber("failedHistorySize", given.failedHistorySize),
    failedMaxAgeMs: wholeNumber("failedMaxAgeMs", given.failedMaxAgeMs, Number.MAX_SAFE_INTEGER),
    drainTimeoutMs: wholeNumber("drainTimeoutMs", given.drainTimeoutMs),
    webhooks: given.webhooks.map(completeWebhook),
    submitWaitMs: wholeNumber("submitWaitMs", given.submitWaitMs),
  };
}

/**
 * A plugin that is a file, with every default; `heapLimitMb` 0: none. Null: it is an object.
 * @throws {JobEngineError} CONFIG_INVALID
 */
export function pluginEntry(plugin: string | PluginEntry | Plugin): Required<PluginEntry> | null {
  if (typeof plugin === "string") return { path: plugin, isolation: "none", heapLimitMb: 0 };
  if (typeof plugin !== "object" || plugin === null || !("path" in plugin)) return null;
  checkEntry(plugin);
  const { path, isolation = "none", heapLimitMb = 0 } = plugin;
  const limit = wholeNumber(`heapLimitMb of ${path}`, heapLimitMb, maxHeapLimitMb);
  if (limit > 0 && isolation === "none") {
    throw invalid(`heapLimitMb of ${path} needs the isolation "thread" or "process"`);
  }
  return { path, isolation, heapLimitMb: limit };
}

type Store = NonNullable<HostOptions["store"]>;

/** Whoever writes JavaScript may write anything. */
function checkedStore(store: Store): Store {
  const { kind, path }: { kind?: unknown; path?: unknown } = store ?? {};
  if (kind === "memory" || (kind === "sqlite" && typeof path === "string")) return store;
  const given = inspect(store, { depth: 1, breakLength: Infinity });
  throw invalid(`store must be { kind: "memory" } or { kind: "sqlite", path }, not ${given}`);
}

/** The same of a plugin. */
function checkEntry(entry: PluginEntry): void {
  for (const name of Object.keys(entry)) {
    if (!knownOfPlugin.has(name)) throw invalid(`there is no option "${name}" of a plugin`);
  }
  const { path, isolation = "none" }: { path?: unknown; isolation?: unknown } = entry;
  if (typeof path !== "string") throw invalid(`the path of a plugin is ${String(path)}`);
  if (isolations.has(isolation)) return;
  throw invalid(`isolation must be "none", "thread" or "process", not ${String(isolation)}`);
}

const knownOfPlugin: ReadonlySet<string> = new Set(["path", "isolation", "heapLimitMb"]);
const isolations: ReadonlySet<unknown> = new Set(["none", "thread", "process"]);

/** A TiB: above it is a mistake. */
const maxHeapLimitMb = 1_048_576;

const defaults: Required<Omit<HostOptions, "observer">> & { readonly observer: Observer | null } = {
  store: { kind: "memory" },
  concurrentJobs: 2,
  limitJobs: 10_000,
  maxPayloads: 10_000,
  limitPerType: noLimits.perType,
  limitPerKey: noLimits.perKey,
  historySize: defaultHistoryLimits.succeeded,
  failedHistorySize: defaultHistoryLimits.failed,
  failedMaxAgeMs: defaultFailedMaxAgeMs,
  drainTimeoutMs: 10_000,
  submitWaitMs: 30_000,
  plugins: [],
  pluginSettings: {},
  http: null,
  webhooks: [],
  observer: null,
};

const known: ReadonlySet<string> = new Set(Object.keys(defaults));

/** An option that is there and undefined is not given. */
function withoutUndefined<T extends object>(options: T): Partial<T> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Partial<T>;
}

function wholeNumbers(name: string, value: unknown): Readonly<Record<string, number>> {
  if (typeof value !== "object" || value === null) throw invalid(`${name} must be an object`);
  const numbers = Object.entries(value).map(
    ([key, number]) => [key, wholeNumber(`${name}["${key}"]`, number)] as const,
  );
  return Object.fromEntries(numbers);
}

function wholeNumber(name: string, value: unknown, most = 2 ** 31 - 1): number {
  const isFine =
    typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most;
  if (isFine) return value;
  throw invalid(`${name} must be a whole number from 0 to ${most}, not ${String(value)}`);
}

const invalid = (detail: string): JobEngineError => new JobEngineError("CONFIG_INVALID", detail);
