import { availableParallelism } from "node:os";
import { JobEngineError } from "./core/errors.ts";
import { defaultFailedMaxAgeMs, defaultHistoryLimits } from "./core/history.ts";
import { noLimits } from "./core/job-limits.ts";
import type { Observer } from "./ports/job-event.ts";
import type { JsonObject } from "./ports/job.ts";
import type { Plugin } from "./ports/plugin.ts";

/** Most runs at once. */
const maxConcurrentJobs = 64;

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
  /** Plugins, in the order they are started: a file, a folder with a package.json, or the object. */
  readonly plugins?: readonly (string | Plugin)[];
  /** What `getConfig` answers, by the name of the plugin. */
  readonly pluginSettings?: Readonly<Record<string, JsonObject>>;
  /** Serve the REST interface. Default: no server. `address` 127.0.0.1, `port` 8042; 0: any free. */
  readonly http?: { readonly address?: string; readonly port?: number } | null;
  /** Hears every event from the start on. */
  readonly observer?: Observer;
}

/** The options with every default applied. */
export type CompleteOptions = Required<Omit<HostOptions, "observer" | "http">> & {
  readonly http: { readonly address: string; readonly port: number } | null;
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
    concurrentJobs: slots === 0 ? cores : slots,
    limitPerType: wholeNumbers("limitPerType", given.limitPerType),
    limitPerKey: wholeNumbers("limitPerKey", given.limitPerKey),
    historySize: wholeNumber("historySize", given.historySize),
    failedHistorySize: wholeNumber("failedHistorySize", given.failedHistorySize),
    failedMaxAgeMs: wholeNumber("failedMaxAgeMs", given.failedMaxAgeMs, Number.MAX_SAFE_INTEGER),
    drainTimeoutMs: wholeNumber("drainTimeoutMs", given.drainTimeoutMs),
    http: given.http === null ? null : { ...defaultHttp, ...withoutUndefined(given.http) },
  };
}

/** Where the REST interface is served, unless the options say otherwise: on loopback only. */
const defaultHttp = { address: "127.0.0.1", port: 8042 };

const defaults: Required<Omit<HostOptions, "observer">> & { readonly observer: Observer | null } = {
  store: { kind: "memory" },
  concurrentJobs: 2,
  limitPerType: noLimits.perType,
  limitPerKey: noLimits.perKey,
  historySize: defaultHistoryLimits.succeeded,
  failedHistorySize: defaultHistoryLimits.failed,
  failedMaxAgeMs: defaultFailedMaxAgeMs,
  drainTimeoutMs: 10_000,
  plugins: [],
  pluginSettings: {},
  http: null,
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
