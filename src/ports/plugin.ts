import type {
  JobDescriptor,
  JobInfo,
  JsonObject,
  JsonValue,
  LogLevel,
  SubmitOptions,
  notMine,
} from "./job.ts";

declare const jobHandle: unique symbol;

/**
 * A job that was created and not yet submitted or freed. Opaque: only the calls below mean
 * anything with it. One that is forgotten is finalized when it is collected, with a warning.
 */
export interface JobHandle {
  readonly [jobHandle]: true;
}

/**
 * What a plugin gets to call: the TypeScript side of `baton_host`, same names, same order, same
 * rules. Each plugin has its own; handles, types and routes belong to it.
 */
export interface PluginHost {
  /**
   * Makes a job out of a payload. The payload belongs to the plugin, through the handle.
   * @throws {JobEngineError} INVALID_ARGUMENT, CLOSING: nothing happened, finalize is not called
   */
  createJob<Payload>(descriptor: JobDescriptor<Payload>): JobHandle;
  /**
   * Gives the job to the engine; resolves with its id when it is safe (committed, if serializable).
   * If too many jobs wait it first waits for room, in turn with everybody who submits.
   * On any rejection nothing has happened and the handle is still good: submit again or free it.
   * @throws {JobEngineError} the handle errors, INVALID_ARGUMENT, UNSUPPORTED, QUEUE_FULL, CLOSING,
   * STORE_FAILED, BAD_STATE_DATA, TOO_LARGE; or `signal.reason` of the options
   */
  submitJob(job: JobHandle, options?: SubmitOptions): Promise<string>;
  /** Finalizes a job that was not submitted, before it returns. @throws {JobEngineError} the handle errors */
  freeJob(job: JobHandle): void;
  /**
   * Says how jobs of `type` are made again from their serialized payload. `revive` answers the
   * handle of a created job, or `notMine`; what it throws fails the job with CANNOT_REVIVE.
   * With `create`, anybody may have jobs of this type made from content (`POST /jobs`).
   * @throws {JobEngineError} NAME_TAKEN, INVALID_ARGUMENT, CLOSING
   */
  registerType(type: string, revive: Revive, options?: TypeOptions): void;
  /** @throws {JobEngineError} NOT_FOUND, as all that take an id; CLOSING; STORE_FAILED */
  cancelJob(id: string): Promise<void>;
  pauseJob(id: string): Promise<void>;
  /** @throws {JobEngineError} WRONG_STATE */
  resumeJob(id: string): Promise<void>;
  /** Runs a failed job anew, from the start. @throws {JobEngineError} WRONG_STATE */
  resubmitJob(id: string): Promise<void>;
  /** Forgets a finished job. @throws {JobEngineError} WRONG_STATE */
  deleteJob(id: string): Promise<void>;
  /** @throws {JobEngineError} INVALID_ARGUMENT, WRONG_STATE (it is finished) */
  setPriority(id: string, priority: number): Promise<void>;
  /**
   * Has a job that waits for its time to be tried again (`retrying`) begin as soon as there is a slot: what
   * it waited for is there. True: it is pending now, at its old place. False: it does not wait for that,
   * and nothing has happened; one that is paused stays so. One that runs may be about to wait: ask again.
   * @throws {JobEngineError} NOT_FOUND; CLOSING; STORE_FAILED
   */
  wakeJob(id: string): Promise<boolean>;
  /** @throws {JobEngineError} NOT_FOUND */
  jobInfo(id: string): JobInfo;
  /**
   * Resolves when the job is finished (failure is an answer, not a rejection).
   * @throws {JobEngineError} TIMED_OUT after `timeoutMs`; WRONG_THREAD inside a callback of a job;
   * CLOSING; `signal.reason` when it aborts
   */
  waitJob(id: string, options?: WaitOptions): Promise<JobInfo>;
  /**
   * Submits the job as Orthanc's routes do, and answers the request with it: return what this resolves
   * with from the handler. The body of the request may say, all of them optional, `Synchronous` (wins)
   * or `Asynchronous`, `Priority`, `Permissive` and `UserData`, its query `timeout` (seconds).
   * Synchronous: when the job has ended, its content, or the error it failed with; after the time-out
   * 202 with its id. Asynchronous: its id, at once. If the client goes away, the job goes on.
   * @throws {JobEngineError} as submitJob: the handle is still good; INVALID_JSON, INVALID_ARGUMENT:
   * the request, also one that wants to wait where it may not
   */
  answerJob(
    request: Pick<RouteRequest, "body" | "query">,
    job: JobHandle,
    options?: AnswerOptions,
  ): Promise<RouteResponse>;
  /**
   * `submitJob`, then `waitJob`, with nothing in between: the job cannot leave the history unseen.
   * The signal of `wait` ends the wait for room, too; its time begins when the job is submitted.
   * @throws {JobEngineError} of both; WRONG_THREAD comes before anything is submitted
   */
  submitJobAndWait(job: JobHandle, options?: SubmitOptions, wait?: WaitOptions): Promise<JobInfo>;
  log(level: LogLevel, text: string): void;
  /** @throws {JobEngineError} NAME_TAKEN, INVALID_ARGUMENT, CLOSING */
  registerRoute(
    method: RouteMethod,
    pattern: string,
    handler: RouteHandler,
    options?: RouteOptions,
  ): void;
  /** The same for a route that takes its body as it arrives, however large it is. */
  registerRoute(
    method: StreamRouteMethod,
    pattern: string,
    handler: StreamRouteHandler,
    options: StreamRouteOptions,
  ): void;
  /**
   * A value of `PluginSettings`, which holds the settings of every plugin under its name. `path` is
   * a JSON pointer, for example "/hello/delayMs"; "" is the whole. Undefined: there is none.
   */
  getConfig(path: string): JsonValue | undefined;
}

export interface WaitOptions {
  /** Milliseconds; default: no limit. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** How a request is answered with a job. */
export interface AnswerOptions {
  /** How the job is submitted. Of the request, `Priority` and `UserData` win. */
  readonly submit?: SubmitOptions;
  /**
   * Whether the answer waits for the job if the request does not say; with "asynchronous-only" one that
   * says so is refused. Default "synchronous", as in Orthanc.
   */
  readonly mode?: "synchronous" | "asynchronous" | "asynchronous-only";
}

/** A request that is answered with what becomes of a job. */
export interface JobAnswer {
  readonly id: string;
  /** Whether its end is waited for. */
  readonly wait: boolean;
  /** For so long at most; null: for as long as it takes. */
  readonly timeoutMs: number | null;
}

/** Makes a job of a registered type again. `state` is what `getSerialized` gave. */
export type Revive = (
  type: string,
  state: Uint8Array,
) => JobHandle | typeof notMine | PromiseLike<JobHandle | typeof notMine>;

export interface TypeOptions {
  /** Absent: jobs of this type are made by the plugin only. */
  readonly create?: CreateFromContent;
}

/**
 * Makes a job from what somebody outside wants of it: any JSON object. The job is submitted, with the
 * options that came along, or freed. Content that will not do is refused with a JobEngineError
 * INVALID_ARGUMENT, whose words the caller is told; whatever else it throws is a fault of the plugin.
 */
export type CreateFromContent = (
  content: JsonObject,
  type: string,
) => JobHandle | PromiseLike<JobHandle>;

/** A job that was made and submitted elsewhere: there is no handle of it here. */
export class SubmittedJob {
  readonly id: string;

  constructor(id: string) {
    this.id = id;
  }
}

/** Nothing was made, since too many jobs wait: to be asked again when there is room. */
export const queueFull: unique symbol = Symbol("queueFull");

/** What was made of content: a handle, or a job that is submitted already, as was wished. */
export type Made = JobHandle | SubmittedJob | typeof queueFull;

/** How the host has a job made from content. `options`: for those who submit it themselves. */
export type Creator = (
  content: JsonObject,
  type: string,
  options: SubmitOptions,
) => Made | PromiseLike<Made>;

/** A plugin: what a module exports under the name `plugin`. */
export interface Plugin {
  /** Unique in a host; lower-case letters, digits and dashes. */
  readonly name: string;
  readonly version: string;
  /** Registers types and routes. If it throws, the host does not start. */
  readonly start: (host: PluginHost) => void | PromiseLike<void>;
  /**
   * The last call, with the host that `start` got; every payload of the plugin has been finalized before.
   * A process may have several hosts, each with this plugin in it.
   */
  readonly stop?: (host: PluginHost) => void | PromiseLike<void>;
}

export type RouteMethod = "GET" | "POST" | "PUT" | "DELETE";

/**
 * What a client must be allowed to do, where the host asks who it is. `none`: nothing, it is not asked
 * either; `read`: look; `operate`: act on jobs that are there; `submit`: make new ones.
 */
export type RouteScope = "none" | "read" | "operate" | "submit";

export interface RouteOptions {
  /**
   * Default: `read` for GET, `submit` for the rest. A GET must not act, whatever its scope: over plain
   * http from another address browsers send nothing that tells pages of other sites apart.
   */
  readonly scope?: RouteScope;
  /**
   * The title of a panel of the dashboard, which shows what this route answers: a `Panel`, as JSON. For a
   * GET without parameters; at most 60 characters.
   */
  readonly panel?: string;
  /**
   * What this route answers are figures in Prometheus' text, shown among the host's own, too. For a GET
   * without parameters, with the scope `read` or `none`. No name begins with `baton_`, `process_` or
   * `nodejs_`; the time is two seconds.
   */
  readonly metrics?: boolean;
  /** Default: the handler is called when all of the body is there; the host's limit is that of its size. */
  readonly body?: "whole";
}

/** Of a route whose handler is called before the body is there. */
export interface StreamRouteOptions extends Pick<RouteOptions, "scope"> {
  readonly body: "stream";
  /** Most bytes of a body; null: the handler takes whatever comes. More: 413. */
  readonly maxBytes: number | null;
}

/** Methods whose requests have a body. */
export type StreamRouteMethod = Extract<RouteMethod, "POST" | "PUT">;

/** A route's handler, for whom it is, and how it takes its body. */
export type HandledRoute =
  | (RouteOptions & { readonly handler: RouteHandler })
  | (StreamRouteOptions & { readonly handler: StreamRouteHandler });

/** Adds a route of a plugin. @throws {JobEngineError} INVALID_ARGUMENT, NAME_TAKEN */
export type AddRoute = (
  plugin: string,
  method: RouteMethod,
  pattern: string,
  handled: HandledRoute,
) => void;

/** A request to a plugin's route; valid until the handler has answered. */
export interface RouteRequest {
  readonly method: RouteMethod;
  /** Without the query. */
  readonly path: string;
  /** What stood at `{name}` and `{rest*}` of the pattern, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** A request whose body is on its way. */
export interface StreamRouteRequest extends Omit<RouteRequest, "body"> {
  /**
   * The bytes as the client sends them, no faster than they are taken; once, by one reader, and until the
   * handler has answered. What is not taken then is dropped. It throws if the rest does not come: TOO_LARGE,
   * TIMED_OUT (the client is too slow), or an AbortError (it is gone). If the handler fails after that, the
   * client is told of the body, and nobody of the handler.
   */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface RouteResponse {
  /** Default 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Bytes and strings go out as they are, bytes of an AsyncIterable as the client takes them (its
   * iterator's `return` is called if the client goes away before the end); anything else as JSON.
   */
  readonly body?: Uint8Array | string | JsonValue | AsyncIterable<Uint8Array>;
  /** Made by `answerJob`: status and body are what becomes of a job. */
  readonly job?: JobAnswer;
}

export type RouteHandler = (
  request: RouteRequest,
) => RouteResponse | void | PromiseLike<RouteResponse | void>;

export type StreamRouteHandler = (
  request: StreamRouteRequest,
) => RouteResponse | void | PromiseLike<RouteResponse | void>;

/** A route whose answer are figures. */
export interface MetricsRoute {
  readonly plugin: string;
  readonly path: string;
  readonly handler: RouteHandler;
}

/** The routes of all plugins, for the HTTP server. */
export interface Routes {
  /** Those whose answers are figures of their plugins; absent: there are none. */
  metricsRoutes?(): readonly MetricsRoute[];
  /** Null: no route has this path. `allow` lists the methods of a path that exists. */
  find(
    method: string,
    path: string,
  ): RouteMatch | { readonly allow: readonly RouteMethod[] } | null;
}

export type RouteMatch = HandledRoute & {
  readonly plugin: string;
  readonly params: Readonly<Record<string, string>>;
};
