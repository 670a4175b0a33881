import type { JobId } from "../../../core/job-id.ts";
import type { JobRecord, Snapshot } from "../../../core/job-record.ts";
import type { StopReason } from "../../../core/job-state.ts";
import type { RunRequest } from "../../../core/stop-reason.ts";
import type {
  JobInfo,
  JsonObject,
  JsonValue,
  LogLevel,
  SubmitOptions,
} from "../../../ports/job.ts";
import type { OutsideCall } from "../../../ports/outside.ts";
import type {
  JobAnswer,
  RouteMethod,
  RouteRequest,
  RouteScope,
  WaitOptions,
} from "../../../ports/plugin.ts";
import type { ProgressSnapshot } from "../../../ports/progress.ts";
import type { Property } from "../../../ports/properties.ts";
import type { RestRequest } from "../../../ports/rest.ts";
import type { RunEnd, Sample } from "../../../ports/runner.ts";
import type { FarError } from "./far-error.ts";

/**
 * The protocol between a host and the other side, where an isolated plugin runs. Payloads, runs,
 * routes and streams are named by numbers of the side that has them.
 */

/** Who a plugin says it is. */
export interface Introduction {
  readonly name: string;
  readonly version: string;
}

/** A job's payload on the other side, as it is given to the engine. */
export interface FarJob {
  readonly payload: number;
  readonly type: string;
  /** See Payload. */
  readonly canReset: boolean | null;
  readonly snapshot: Snapshot;
  /** Of its progress; null: none yet. */
  readonly tree: ProgressSnapshot | null;
}

/** A run that has its slot. */
export interface FarRun {
  readonly run: number;
  readonly id: JobId;
  readonly payload: number;
  /** It was made for this run. */
  readonly isRevived: boolean;
  readonly reset: boolean;
  readonly attemptsLeft: number;
  /** Without its states; of a reset, with the one that was submitted. */
  readonly record: JobRecord;
}

/** Bytes that cross as they are if they are few, else in chunks as they are wanted. */
export type FarBytes = Uint8Array | { readonly stream: number };

export interface FarRequest extends Omit<RouteRequest, "query" | "body"> {
  readonly query: string;
  readonly body: FarBytes;
}

export interface FarResponse {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly job: JobAnswer | undefined;
  readonly body:
    | { readonly kind: "none" }
    | { readonly kind: "text" | "json" | "bytes"; readonly bytes: FarBytes }
    | { readonly kind: "stream"; readonly stream: number };
}

/** What became of a submit that waits for the job's end. */
export type Waited =
  | { readonly kind: "submitted"; readonly id: string }
  | { readonly kind: "ended"; readonly job: JobInfo }
  /** It was submitted; only the waiting failed. */
  | { readonly kind: "gave-up"; readonly error: FarError };

/** What a native plugin is told of a job. */
export type ToldJob = Pick<
  JobInfo,
  | "id"
  | "type"
  | "state"
  | "requested"
  | "priority"
  | "attempts"
  | "maxAttempts"
  | "progress"
  | "createdAt"
  | "changedAt"
  | "dueAt"
  | "runtimeMs"
  | "error"
  | "lastError"
>;

/** What a native plugin's listeners hear. */
export interface FarEvent {
  readonly kind: "submitted" | "changed" | "progressed" | "forgotten";
  /** Of "changed", else null. */
  readonly from: JobInfo["state"] | null;
  readonly id: string;
  /** Null: it is forgotten. */
  readonly job: ToldJob | null;
}

/** A request of a native plugin to the host's REST interface. */
export interface FarRest extends Omit<RestRequest, "body"> {
  readonly body: FarBytes;
  /** What the handler of `plugin` has refused it with, in place: only what that looks like is asked. */
  readonly refused: FarError | null;
  /** It has left the answer to this job; likewise. */
  readonly job: JobAnswer | undefined;
  readonly plugin: string;
}

export interface FarRestAnswer {
  readonly status: number;
  readonly body: FarBytes;
}

/** In both directions: the next bytes of a stream, null at its end; and that nobody wants more. */
export type StreamCalls = {
  pull(question: { readonly stream: number }): Uint8Array | null;
  drop(question: { readonly stream: number }): void;
};

/** What the host calls on the other side. */
export type SideCalls = StreamCalls & {
  /** First of all. */
  load(question: { readonly file: string; readonly settings: JsonObject }): Introduction;
  start(question: null): void;
  /** After the last job of the plugin. */
  stop(question: null): void;
  /** The thread or process is to end. */
  end(question: null): void;
  /** Null: not one of its own. */
  revive(question: { readonly type: string; readonly state: Uint8Array }): FarJob | null;
  /** Of a type that was registered with `canCreate`. */
  create(question: { readonly type: string; readonly content: JsonObject }): FarJob;
  /** The same of a native plugin, whose core submits it: its id. Null: too many jobs wait. */
  createJob(question: {
    readonly type: string;
    readonly content: JsonObject;
    readonly options: SubmitOptions;
  }): string | null;
  /** Answered when the run has ended. */
  run(question: FarRun): RunEnd;
  request(question: {
    readonly run: number;
    readonly request: Exclude<RunRequest, "nothing">;
  }): void;
  takeBack(question: { readonly run: number }): void;
  cancelBranch(question: { readonly payload: number; readonly node: string }): void;
  stopJob(question: { readonly payload: number; readonly reason: StopReason }): Snapshot | null;
  finalize(question: { readonly payload: number }): void;
  route(question: { readonly route: number; readonly request: FarRequest }): FarResponse;
  /** To a native plugin that is subscribed: `generation` is that of the last `observe`. */
  events(question: { readonly generation: number; readonly events: readonly FarEvent[] }): void;
};

/** What the other side calls on the host. */
export type HostCalls = StreamCalls & {
  submit(question: {
    readonly job: FarJob;
    readonly options: SubmitOptions | undefined;
    /** Undefined: do not wait for the end. */
    readonly wait: WaitOptions | undefined;
  }): Waited;
  /** Jobs of a submit that is to follow: together they may be more than a message can be. */
  gather(question: { readonly batch: number; readonly jobs: readonly FarJob[] }): void;
  /** Submits all that were gathered, or none; answers their ids. */
  submitAll(question: {
    readonly batch: number;
    readonly options: SubmitOptions | undefined;
  }): readonly string[];
  control(question: { readonly id: string; readonly call: OutsideCall }): void;
  /** Whether the job has waited for its time. */
  wake(question: { readonly id: string }): boolean;
  wait(question: { readonly id: string; readonly options: WaitOptions | undefined }): JobInfo;
  /** Blocks the asker. */
  jobInfo(question: { readonly id: string }): JobInfo;
  /** Blocks the asker. */
  registerRoute(question: {
    readonly method: RouteMethod;
    readonly pattern: string;
    readonly route: number;
    readonly scope?: RouteScope | undefined;
    readonly panel?: string | undefined;
    readonly metrics?: boolean | undefined;
    /** There: the route takes its body as a stream, of so many bytes at most; null: of any size. */
    readonly maxBytes?: number | null | undefined;
  }): void;
  registerType(question: { readonly type: string; readonly canCreate: boolean }): void;
  log(question: { readonly level: LogLevel; readonly text: string }): void;
  /** The engine's words about this plugin, not the plugin's. */
  complain(question: { readonly text: string }): void;
  started(question: { readonly run: number }): void;
  prepared(question: { readonly run: number; readonly snapshot: Snapshot | null }): void;
  sampled(question: { readonly run: number; readonly sample: Sample }): void;
  /** The tree of the job of this run, whenever it has changed. */
  tree(question: { readonly run: number; readonly tree: ProgressSnapshot }): void;
  logged(question: {
    readonly run: number;
    readonly level: LogLevel;
    readonly text: string;
    readonly data: JsonValue | undefined;
  }): void;
  /** Every second while jobs run: a side that says nothing is held up by something. */
  alive(question: null): void;
  /** Blocks the asker. `output`: the number under which it is written. */
  openOutput(question: {
    readonly run: number;
    readonly output: number;
    readonly key: string;
    readonly mime: string;
  }): void;
  writeOutput(question: { readonly output: number; readonly bytes: Uint8Array }): void;
  closeOutput(question: { readonly output: number }): void;
  discardOutput(question: { readonly output: number }): void;
  // These are native plugins' only.
  /** No kinds: nobody is subscribed. */
  observe(question: {
    readonly kinds: readonly FarEvent["kind"][];
    readonly generation: number;
  }): void;
  rest(question: FarRest): FarRestAnswer;
  /** All gauges of the plugin, whenever one has changed. */
  metrics(question: { readonly values: readonly (readonly [name: string, value: number])[] }): void;
  /** What the plugin says of an error code of its jobs. */
  describe(question: { readonly code: string; readonly text: string }): void;
  /** The next of the plugin's properties by name; none: that were all. */
  properties(question: { readonly after: string | null }): readonly Property[];
  /** Null removes it. Answered when it is committed. */
  setProperty(question: { readonly name: string; readonly value: Uint8Array | null }): void;
  /** Answered when it is committed. */
  checkpoint(question: {
    readonly run: number;
    readonly sample: Sample;
    readonly state: Uint8Array;
  }): void;
};
