import { JobEngineError, type ErrorCode } from "../core/errors.ts";
import { absent, findAddon } from "./find-addon.ts";
import type { FlatMessages, FlatOrders } from "./flat.ts";
import type {
  NativeCallKind,
  NativeEvent,
  NativeJobInfo,
  NativeMetric,
  NativeProperty,
  NativeRequest,
  NativeStoreRequest,
  NativeUnapplied,
  NativeWish,
} from "./messages.ts";

/** What a call made on the loop thread is answered, at once. */
export interface NativeAnswer {
  /** A baton_status. */
  readonly status: number;
  readonly info: NativeJobInfo | null;
}

export interface NativeCoreOptions {
  readonly slots: number;
  /**
   * The engine is in another process: no call is answered in place, every submit goes through the
   * store's queue, and the inbox is that of `attachEngine`. Default false.
   */
  readonly farEngine?: boolean;
  /** False: the memory store; native submits are answered without a store. */
  readonly durable: boolean;
  /** How many successes the engine keeps: it need not hear of more. */
  readonly history: number;
  /** How many jobs may wait, of every runner; 0: no bound. */
  readonly limitJobs: number;
  /** How long a step whose time is over has until it is left alone; milliseconds. */
  readonly stepGraceMs: number;
  /** JSON of what `get_config` reads. */
  readonly config: string;
  /** The host's own error codes, which no plugin describes. */
  readonly ownCodes: readonly string[];
  /** Called on the loop, soon after the inbox stopped being empty. */
  readonly wake: () => void;
  /** Called on the loop, soon after there are loop tasks; absent: there can be none (UNSUPPORTED). */
  readonly wakeLoop?: () => void;
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
  /**
   * Some of what was told, oldest first, to be read with `readMessages`; empty: that was all, and
   * `wake` is called for what comes next. `all`: also what the core has kept to itself (`openLane`);
   * so drains whoever is about to answer something.
   */
  drain(all: boolean): FlatMessages;
  /**
   * Whether `wake` is called for `sampled` too, ten times a second for all together; if not, they wait
   * for the next `drain`. It is called to begin with.
   */
  listen(listens: boolean): void;
  /**
   * While it is open, new jobs of native plugins run without being admitted by the engine, which
   * hears of them when it asks. Closed to begin with. `entered`: how many `submitted` that were not
   * admitted have their places; until that is all of them the lane is as good as closed. `room`: how
   * many with a state may wait unheard of; with one more it hears of all.
   */
  openLane(open: boolean, entered: number, room: number): void;
  /** Whether there are such jobs that have not ended; if not, `lane-busy` comes when there are. */
  laneIsBusy(): boolean;

  /** What the engine has decided for many jobs; null: all of it was done. */
  apply(orders: FlatOrders): NativeUnapplied | null;

  request(id: string, request: "pause" | "cancel" | "recall"): "removed" | "begun" | "absent";
  takeBack(id: string): boolean;
  release(id: string): boolean;

  /** Makes callbacks of jobs that run on the loop, for about so long. True: there is more to do. */
  runLoopTasks(budgetMs: number): boolean;

  /** False: there is no payload, and no message comes. */
  stop(id: string, reason: number): boolean;

  /** Asks a part of the job's progress to stop. False: there is none of this number that goes on. */
  cancelChild(id: string, life: number, child: number): boolean;

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
   * Takes room for `count` jobs of JavaScript's, which must not be more than may wait. False:
   * `room-given` comes once it is its turn.
   */
  requestRoom(ticket: number, count: number): boolean;
  /** Nobody waits for the ticket any more. False: its room was given; give it back. */
  withdrawRoom(ticket: number): boolean;
  /**
   * So many jobs do not wait any more, or, below 0, wait again without a submit. That a native run
   * has begun needs no saying.
   */
  giveRoom(count: number): void;

  /**
   * Queues the engine's own words for the store, in one order with what native threads put there. A
   * baton_status: STORE_FAILED while there is no store thread.
   */
  putUpdate(update: Uint8Array): number;
  /**
   * The same for `count` new jobs, which get their sequences under the lock of the queue, so that they
   * are in the order of commits. The first of them; 0: there is no store thread, nothing was queued.
   */
  putNew(update: Uint8Array, count: number): number;

  /** A route that is JavaScript's: natives that register it are told NAME_TAKEN. A baton_status. */
  reserveRoute(method: string, pattern: string): number;
  /** Everything below this first segment of paths is the host's own: the same. */
  reservePath(segment: string): void;

  /** The status, and the ticket that the messages of the answer carry. */
  startRequest(request: NativeRequest): { readonly status: number; readonly ticket: number };
  /**
   * Has a plugin make a job from content, and submits it: the head of the answer has the job. It never
   * waits for room.
   */
  startCreation(wish: NativeWish): { readonly status: number; readonly ticket: number };
  ackResponse(ticket: number, size: number): void;
  abortRequest(ticket: number): void;

  /** Loads a shared library without starting it. @throws Error with `code` and one sentence */
  load(path: string): { readonly name: string; readonly version: string };
  /** Starts a loaded library. @throws Error with `code` and one sentence */
  startLibrary(name: string): void;
  /** An instance without a library, for an addon; the answer is what its `start` gets. */
  addInstance(plugin: string): NativeHostValue;
  /** Takes what `baton_host_from_start` tells: the napi_env of the addon. @throws TypeError */
  attachEnvironment(plugin: string, environment: unknown): void;
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
  /** Right after COMMIT returned. `ids`: those that a far engine has given to the new jobs. */
  committed(ticket: number, ids?: readonly string[]): void;
  /** `status`: a baton_status; default STORE_FAILED. */
  refused(ticket: number, status?: number): void;
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

/** An answer that the checking layer gives in place of the host. */
export interface NativeFault {
  /** As in baton_host; "*": any but free_job. */
  readonly call: string;
  /** A baton_status. */
  readonly status: number;
  /** Calls that are let through first. */
  readonly skip: number;
  /** Calls that fail then; below 0: all. */
  readonly times: number;
}

/** What the checking layer does beyond watching. */
export interface NativeCheckOptions {
  readonly roundTrip: boolean;
  readonly ownership: boolean;
  readonly getters: boolean;
  /** struct_size of the next hosts; 0: all there is. */
  readonly tableSize: number;
  readonly faults: readonly NativeFault[];
}

/** The layer of native/src/check/ between plugins and hosts; one for the whole process. */
export interface NativeChecker {
  /** Hosts that come from now on are watched; what is found is appended to a file. */
  install(findings: string): void;
  configure(options: NativeCheckOptions): void;
  /** All hosts are closed: no callback may be running, no call may come. */
  stopped(): void;
  /** How often something happened, in all hosts. */
  counts(): {
    readonly created: number;
    readonly submitted: number;
    readonly saved: number;
    readonly finalized: number;
    readonly types: number;
    readonly routes: number;
  };
  /** Where the tables of older hosts end: their last call and their struct_size. */
  tables(): readonly { readonly call: string; readonly size: number }[];
  /** Asks a library what it is, many times. @throws Error with `code` and one sentence */
  declaration(path: string): void;
  /** Values that look like the host of an addon and are none. */
  foreignHosts(): readonly unknown[];
}

/** The host addon. */
export interface NativeBinding {
  createCore(options: NativeCoreOptions): NativeCore;
  /**
   * The seat of a core's engine on another thread than the one that has made it: the same object, but
   * for its loop, its plugins and its closing, which stay there.
   */
  attachEngine(number: number, wake: () => void): NativeCore;
  /** On the store's thread. `wake` is called there when there is something to take. */
  attachStore(number: number, wake: () => void): NativeStore;
  readonly check: NativeChecker;
}

let loaded: NativeBinding | null = null;

/**
 * The addon; null: there is none here, and the engine runs without native plugins.
 * @throws {JobEngineError} PLUGIN_NOT_LOADED: there is one that cannot be loaded
 */
export function findBinding(): NativeBinding | null {
  loaded ??= findAddon() as NativeBinding | null;
  return loaded;
}

/** The addon. @throws {JobEngineError} PLUGIN_NOT_LOADED, with everything that was tried */
export function requireBinding(): NativeBinding {
  const binding = findBinding();
  if (binding === null) throw absent();
  return binding;
}

/** An error of the addon as ours: it has one of our codes, and its message is a sentence. */
export function readNativeError(error: unknown): unknown {
  const { code, message } = Object(error) as { readonly code?: unknown; readonly message?: string };
  if (typeof code !== "string" || error instanceof JobEngineError) return error;
  return new JobEngineError(code as ErrorCode, message, { cause: error });
}
