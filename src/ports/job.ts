import type { PastFailure } from "../core/past-failures.ts";
import type { LogLevel } from "../core/job-log.ts";
import type { JobFailure, StepResult, StopReason } from "../core/job-state.ts";
import type { JsonObject, JsonValue } from "../core/json.ts";
import type { StepRequest } from "../core/stop-reason.ts";
import type { JobProgress, ProgressTree } from "./progress.ts";

/** An output that is being written. */
export interface OutputWriter {
  /** Await it before the next one: so nothing piles up. The bytes must not change until then. */
  write(bytes: Uint8Array | string): Promise<void>;
  /** As `putOutput`: resolves when the output is safe. The step waits for it in any case. */
  close(): Promise<void>;
}

/** An output of a job that has succeeded. */
export interface JobOutput {
  readonly key: string;
  /** Its media type. */
  readonly mime: string;
  /** In bytes. */
  readonly size: number;
  /** Another text for other bytes: what was cached under it is still good. */
  readonly tag: string;
  /**
   * The bytes from `start` to `end`, both included; default: all. Read to the end, or end the iteration:
   * a file is open meanwhile. @throws {JobEngineError} NOT_FOUND (the file is gone), STORE_FAILED
   */
  read(start?: number, end?: number): Promise<AsyncIterable<Uint8Array>>;
}

export type { JobLogEntry, LogLevel } from "../core/job-log.ts";
export type { JsonObject, JsonValue } from "../core/json.ts";

/**
 * A job as the engine meets it: a type, a payload and callbacks. The same names in the same order
 * as `baton_job_desc` in native/include/baton.h, and the same rules: the callbacks of one job never
 * overlap, `(create | revive) getters? (step (getters | step)* stop getters | stop getters |
 * reset getters)* finalize`. `step`, `stop` and `reset` may be async; the rest must not be. They are
 * called without a `this`, as in C: what a job knows is in its payload. The methods of a `Job` have theirs.
 */
export interface JobDescriptor<Payload = unknown> {
  /** Under this name a plugin may register how to revive the job. 1 to 128 characters. */
  readonly type: string;
  /** The plugin's own; the engine passes it back to every callback and does nothing else with it. */
  readonly payload: Payload;
  /** Does one piece of work. Mandatory. */
  readonly step: (payload: Payload, run: JobRun) => StepResult | PromiseLike<StepResult>;
  /** Called when a run is over, and when a waiting job is canceled or the host closes. */
  readonly stop?: (payload: Payload, reason: StopReason) => void | PromiseLike<void>;
  /** Prepares the payload to start over, for a resubmit. */
  readonly reset?: (payload: Payload) => void | PromiseLike<void>;
  /** 0 to 1; what lies outside is clamped. */
  readonly getProgress?: (payload: Payload) => number;
  /** What the job shows of itself. Default `{}`. */
  readonly getContent?: (payload: Payload) => JsonObject;
  /** The payload as bytes, from which `revive` can make it again; null: cannot be saved. */
  readonly getSerialized?: (payload: Payload) => Uint8Array | string | null;
  /** Lets the payload go. Called exactly once, last, after the engine took the job over. */
  readonly finalize?: (payload: Payload) => void;
  /**
   * The tree of its progress, if it has one of its own: what was submitted as a task, or the `progress`
   * of a Job. Default null: `run.progress` makes one. Not in C, where the host has the tree.
   */
  readonly getTree?: (payload: Payload) => ProgressTree | null;
}

/** Passed to `step`, valid until it returns. Mirrors `baton_run`. What is pushed here wins over the getters. */
export interface JobRun {
  /**
   * Aborted when the job is asked to pause or cancel, the host closes, or the step's time is over. A
   * step that rejects because of it counts as "continue", so `await delay(ms, { signal })` is all a
   * step needs.
   */
  readonly signal: AbortSignal;
  /** What has been asked of the job; "nothing" as long as it may go on. */
  shouldStop(): StepRequest;
  /**
   * `total` above 0; shown as done / total, clamped to 0…1. What the parts of `progress` say wins over it,
   * once there are any.
   */
  setProgress(done: number, total: number): void;
  /**
   * The root of the job's tree of progress: the same in all steps until the job is reset. Parts are
   * added to it, with a name and a weight, and show at /jobs/{id}/progress.
   */
  readonly progress: JobProgress;
  setContent(content: JsonObject): void;
  /**
   * Adds a line to the log of the job, and to the host's. `data`: whatever belongs to it, as JSON. The
   * job keeps its last 1,000 lines (core/limits.ts says how long they may be) as long as the host runs.
   */
  log(level: LogLevel, text: string, data?: JsonValue): void;
  /**
   * Writes a whole output: bytes, a text, or bytes as they come. Resolves when it is safe: from then on
   * it is the job's output of this key, instead of an earlier one. `key` is a name such as "report.csv"
   * (1 to 128 letters, digits, ".", "-", "_"), `mime` a media type. Whoever knows the job reads it when
   * the job has succeeded; it is deleted with the job, and by a resubmit.
   * @throws {JobEngineError} INVALID_ARGUMENT; TOO_LARGE (above 1,000 outputs); STORE_FAILED
   */
  putOutput(
    key: string,
    mime: string,
    body: Uint8Array | string | AsyncIterable<Uint8Array>,
  ): Promise<void>;
  /**
   * Begins an output that is written piece by piece. One that is not closed when the step has returned
   * is dropped, with a line in the job's log. @throws {JobEngineError} INVALID_ARGUMENT, TOO_LARGE
   */
  openOutput(key: string, mime: string): OutputWriter;
  /** Saves `state` as the job's serialized payload; resolves when it is committed. */
  checkpoint(state: Uint8Array | string): Promise<void>;
}

/** What `revive` answers when the state is not one of its own. The job waits for another plugin. */
export const notMine: unique symbol = Symbol.for("baton.notMine");

/** Options of a submit; the names of `baton_submit_options`. */
export interface SubmitOptions {
  /** int32, higher runs first. Default 0. */
  readonly priority?: number;
  /** Jobs of one key share a limit of how many run at a time (`limitPerKey`). 1 to 255 characters. */
  readonly key?: string;
  /** Do not start before so many milliseconds from now, up to a hundred years. Default 0. */
  readonly startAfterMs?: number;
  /** Any JSON, kept and shown with the job; at most 64 KiB as text. Default null: nothing. */
  readonly userData?: JsonValue;
  /**
   * If too many jobs wait (`limitJobs`), reject with QUEUE_FULL instead of waiting for room. In a
   * callback, and in a route's handler, a submit never waits. Default false.
   */
  readonly noWait?: boolean;
  /** Ends the wait for room: the submit rejects with its reason, and nothing has happened. */
  readonly signal?: AbortSignal;
  /**
   * Somebody will ask how it ended: `waitJob` answers until a minute after the end, also if the job has
   * left the history by then. Default false.
   */
  readonly awaited?: boolean;
  /** Runs that may fail with a retryable error. Default 1: no retry. */
  readonly maxAttempts?: number;
  /** Delay before the second attempt and how it grows. Defaults: see core/retry-policy.ts. */
  readonly backoff?: {
    readonly firstDelayMs?: number;
    readonly factor?: number;
    readonly capMs?: number;
    readonly jitter?: number;
  };
  /**
   * How long a step may take, in milliseconds; 0: as long as it likes. Default 0. When it is over, the
   * step's signal fires; a step that then returns "continue" or "retry" has failed, retryably, with
   * STEP_TIMED_OUT. One that has not returned after 5 s more is detached: the job fails, another gets
   * its slot, and `stop` ("timed-out") and `finalize` follow when it returns.
   */
  readonly stepTimeoutMs?: number;
}

/** A job as it was at the moment of the question. */
export interface JobInfo {
  readonly id: string;
  readonly type: string;
  readonly plugin: string;
  readonly priority: number;
  /** Place among equal priorities: a lower one runs first. Unique; a resubmit gives another. */
  readonly sequence: number;
  /** As submitted; null: none. */
  readonly key: string | null;
  /** When it may start at the earliest, if it was submitted with `startAfterMs`; epoch milliseconds. */
  readonly startAt: number | null;
  /** As submitted; null: nothing. */
  readonly userData: JsonValue;
  readonly state: "pending" | "running" | "paused" | "retrying" | "succeeded" | "failed";
  /** What was asked of a running job and is not honoured yet. */
  readonly requested: "nothing" | "pause" | "cancel";
  /** When a retrying job steps again; epoch milliseconds, else null. */
  readonly dueAt: number | null;
  /** Why a failed job failed, else null. */
  readonly error: JobFailure | null;
  /** Nobody has registered how to revive its type, so it waits. */
  readonly waitsForType: boolean;
  /** It failed because its step took too long, and that step has not returned yet: no resubmit. */
  readonly detached: boolean;
  readonly createdAt: number;
  readonly changedAt: number;
  /** Retryable failures since the last (re)submit. */
  readonly attempts: number;
  readonly maxAttempts: number;
  /** The last retryable failure, also while the job is tried again. */
  readonly lastError: JobFailure | null;
  /** How its attempts since the last (re)submit failed, oldest first; the last 20. */
  readonly failures: readonly PastFailure[];
  /** Time spent in steps, in milliseconds. */
  readonly runtimeMs: number;
  /** 0 to 1. */
  readonly progress: number;
  /**
   * How much more time in steps a running job needs at the rate of its last 15 s or so, in
   * milliseconds; null: it does not run, or nothing can be said yet.
   */
  readonly remainingMs: number | null;
  /** What it shows. Where that is nothing, one frozen object of all jobs; else a new one each time it is read. */
  readonly content: JsonObject;
  /** What can be read of it under which key; only of a succeeded job. `size` is in bytes. */
  readonly outputs: readonly Pick<JobOutput, "key" | "mime" | "size">[];
}
