import { createRequire } from "node:module";
import { JobEngineError, type ErrorCode } from "../core/errors.ts";
import type {
  NativeCallKind,
  NativeEntry,
  NativeEvent,
  NativeJobInfo,
  NativeMessage,
  NativeMetric,
  NativeProperty,
  NativeRequest,
  NativeStoreRequest,
} from "./messages.ts";

/** What a call made on the loop thread is answered, at once. */
export interface NativeAnswer {
  /** A baton_status. */
  readonly status: number;
  readonly info: NativeJobInfo | null;
}

export interface NativeCoreOptions {
  readonly slots: number;
  /** False: the memory store; native submits are answered without a store. */
  readonly durable: boolean;
  /** JSON of what `get_config` reads. */
  readonly config: string;
  /** The host's own error codes, which no plugin describes. */
  readonly ownCodes: readonly string[];
  /** Called on the loop, soon after the inbox stopped being empty. */
  readonly wake: () => void;
  /** Answers a call that a plugin makes on the loop thread itself. Must not throw. */
  readonly call: (call: NativeCallKind, id: string, priority: number) => NativeAnswer;
}

/**
 * The native core of one host, as its loop thread drives it: the methods of native/src/core/core.h,
 * in its order. Nothing here waits, but `closeInstance` and `finishClose`, for as long as they are
 * told. After `destroy` every call throws.
 */
export interface NativeCore {
  /** By this number the store's thread finds it. */
  readonly number: number;
  drain(): readonly NativeMessage[];

  admit(entry: NativeEntry): boolean;
  request(id: string, request: "pause" | "cancel" | "recall"): "removed" | "begun" | "absent";
  takeBack(id: string): boolean;
  release(id: string): boolean;

  /** False: there is no payload, and no message comes. */
  stop(id: string, reason: number): boolean;
  finalize(id: string): boolean;
  forget(id: string): void;
  publish(info: NativeJobInfo): void;

  /** False: nobody waits for the ticket any more. */
  answer(ticket: number, status: number, info: NativeJobInfo | null): boolean;

  /** The same for a request to the REST interface. */
  answerRest(ticket: number, status: number, httpStatus: number, body: Uint8Array): boolean;
  /** Has listeners hear of events; `generation` is that of the last `events-wanted`. */
  tellEvents(generation: number, events: readonly NativeEvent[]): void;
  /** The gauges of all native plugins, by plugin and name. */
  metrics(): readonly NativeMetric[];
  /** What a native plugin has registered about an error code; null: nothing. */
  errorText(plugin: string, code: string): string | null;

  nextSequence(): number;
  startSequence(next: number): void;

  /**
   * Queues the engine's own words for the store, in one order with what native threads put there. A
   * baton_status: STORE_FAILED while there is no store thread.
   */
  putUpdate(update: Uint8Array): number;

  /** A route that is JavaScript's: natives that register it are told NAME_TAKEN. A baton_status. */
  reserveRoute(method: string, pattern: string): number;

  /** The status, and the ticket that the messages of the answer carry. */
  startRequest(request: NativeRequest): { readonly status: number; readonly ticket: number };
  ackResponse(ticket: number, size: number): void;
  abortRequest(ticket: number): void;

  /** Loads a shared library without starting it. @throws Error with `code` and one sentence */
  load(path: string): { readonly name: string; readonly version: string };
  /** Starts a loaded library. @throws Error with `code` and one sentence */
  startLibrary(name: string): void;
  /** An instance without a library, for an addon; the answer is what its `start` gets. */
  addInstance(plugin: string): NativeHostValue;
  /** Closes a plugin's instance and calls its library's stop; false: a callback did not return. */
  closeInstance(plugin: string, timeoutMs: number): boolean;

  beginClose(): void;
  quiet(): boolean;
  /** Finalizes what is left. False: some step was left alone. */
  finishClose(timeoutMs: number): boolean;
  counts(): {
    readonly created: number;
    readonly finalized: number;
    readonly live: number;
    readonly owed: number;
  };
  /** Lets the loop thread go of it; what still runs keeps what it needs. Idempotent. */
  destroy(): void;
}

declare const nativeHost: unique symbol;

/** The type-tagged external that baton_napi.h turns into `const baton_host*`. */
export interface NativeHostValue {
  readonly [nativeHost]: true;
}

/** The store's side of a core, on the thread that writes. If that thread ends, all it has taken is answered. */
export interface NativeStore {
  take(): readonly NativeStoreRequest[];
  /** Right after COMMIT returned. */
  committed(ticket: number): void;
  refused(ticket: number): void;
  /** Ids answered STORE_FAILED that an earlier thread may have stored: remove them, then `opened`. */
  doubtfulIds(): readonly string[];
  /** Properties refused that may be stored: what to write again. Before `opened`, too. */
  doubtfulProperties(): readonly NativeProperty[];
  /** A property that is stored. Before `opened`. */
  loadProperty(property: NativeProperty): void;
  opened(): void;
  /** Detaches; the next thread may attach. */
  close(): void;
}

/** The host addon. */
export interface NativeBinding {
  createCore(options: NativeCoreOptions): NativeCore;
  /** On the store's thread. `wake` is called there when there is something to take. */
  attachStore(number: number, wake: () => void): NativeStore;
}

/** Where the addon may be, best first; from `src/native` and from `dist/native` alike. */
function places(): readonly string[] {
  const named = process.env["BATON_HOST_ADDON"];
  const built = ["build/Release", `prebuilds/${process.platform}-${process.arch}`];
  const found = built.map((folder) => `../../${folder}/baton_host.node`);
  return named === undefined ? found : [named, ...found];
}

let loaded: NativeBinding | null = null;

/** The addon; null: there is none here, and the engine runs without native plugins. */
export function findBinding(): NativeBinding | null {
  const require = createRequire(import.meta.url);
  for (const place of loaded === null ? places() : []) {
    try {
      loaded = require(place) as NativeBinding;
      break;
    } catch (error) {
      if (!isAbsent(error)) throw unusable(place, error);
    }
  }
  return loaded;
}

/** An error of the addon as ours: it has one of our codes, and its message is a sentence. */
export function readNativeError(error: unknown): unknown {
  const { code, message } = Object(error) as { readonly code?: unknown; readonly message?: string };
  if (typeof code !== "string" || error instanceof JobEngineError) return error;
  return new JobEngineError(code as ErrorCode, message, { cause: error });
}

const isAbsent = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND";

function unusable(place: string, error: unknown): JobEngineError {
  const why = error instanceof Error ? error.message : String(error);
  const hint = "start Node with --allow-addons, or build it with npm run build:addon";
  const detail = `the host addon ${place} (${why}); ${hint}`;
  return new JobEngineError("PLUGIN_NOT_LOADED", detail, { cause: error });
}
