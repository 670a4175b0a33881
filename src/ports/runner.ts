import type { JobId } from "../core/job-id.ts";
import type { JobRecord, Snapshot } from "../core/job-record.ts";
import type { JobFailure, StepResult, StopReason } from "../core/job-state.ts";
import type { RunRequest } from "../core/stop-reason.ts";
import type { JobDescriptor, JsonValue, LogLevel } from "./job.ts";
import type { ProgressSnapshot } from "./progress.ts";

/**
 * A payload that the engine owns, wherever it lives. Its callbacks form a strand: each call here
 * waits for the one before, and none overlaps a run.
 */
export interface Payload {
  /** Null: it is a promise that its run keeps, and that resets it if it can. */
  readonly canReset: boolean | null;
  /** It is gone with the thread or process it lived in; its calls do nothing. Absent: it cannot be. */
  readonly isLost?: boolean;
  /** Asks the getters, now, on this thread. REQUIRES: not yet submitted. @throws JobEngineError BAD_STATE_DATA, TOO_LARGE */
  snapshot(): Snapshot;
  /** Calls `stop` outside a run and then the getters; needs no slot. Null: the getters failed. */
  stop(reason: StopReason): Promise<Snapshot | null>;
  /** Calls `finalize`, after everything called before; resolves then. Exactly once, the last call. */
  finalize(): Promise<void>;
  /** The tree of its progress as it was told last; null: none. Nothing of the plugin is called. */
  readonly tree: ProgressSnapshot | null;
  /** Asks one branch of it to stop. Whether it listens, the tree says. */
  cancelBranch(node: string): void;
}

/** A run that is to be given a slot. */
export interface RunOrder {
  readonly id: JobId;
  readonly priority: number;
  readonly sequence: number;
  /** The job as it was when it was admitted. */
  readonly record: JobRecord;
  /** Null: `revive` makes it, in the slot. */
  readonly payload: Payload | null;
  readonly revive: () => Promise<Revived>;
  /** Call `reset` before the first step. */
  readonly reset: boolean;
  /** How many more runs may follow if this one fails with a retryable error. */
  readonly attemptsLeft: number;
}

export type Revived =
  | { readonly kind: "revived"; readonly payload: Payload }
  | { readonly kind: "not-mine" }
  | { readonly kind: "failed"; readonly error: JobFailure }
  /** It went wrong while the host closes, which may be why: the job waits for the next one. */
  | { readonly kind: "closing" };

/** How a run ended. */
export type RunEnd =
  | {
      readonly kind: "ended";
      readonly result: StepResult;
      /** The reason `stop` was called with; null: there was no payload. */
      readonly stopped: StopReason | null;
      /** After `stop`; null: no payload, or the getters failed. */
      readonly snapshot: Snapshot | null;
      /** Milliseconds spent in the steps of this run. */
      readonly runtimeMs: number;
    }
  /** Its step took too long and has not returned: the run is over, `stepReturned` follows. */
  | { readonly kind: "detached"; readonly error: JobFailure; readonly runtimeMs: number }
  /** Nothing was called: nobody knew the type, or its plugin would not have it. */
  | { readonly kind: "disowned" }
  /** Nothing was called: the host closed before it could be. */
  | { readonly kind: "returned" }
  /** Nothing was called, as others of its plugin are in the way: it is tried again, without a slot until then. */
  | { readonly kind: "held-back"; readonly turn: Turn };

/** What somebody waits for who was turned away. */
export interface Turn {
  /** Resolves when it is worth another try. */
  readonly come: Promise<void>;
  /** Nobody waits for it any more. */
  giveUp(): void;
}

/** What the engine hears of runs, in the order it happened. */
export interface RunListener {
  /** A slot was given to the job; reviving and resetting are part of the run. */
  started(id: JobId): void;
  /** Before the first step of a run that had to revive its payload (else null) or to reset it. */
  prepared(id: JobId, payload: Payload | null, snapshot: Snapshot | null): void;
  /** At most every 100 ms: what the getters or the step itself said. */
  sampled(id: JobId, sample: Sample): void;
  /** Resolves when the checkpoint is committed. */
  checkpointed(id: JobId, sample: Sample, state: Uint8Array): Promise<void>;
  /** `data` is the plugin's, and not looked at yet. */
  logged(id: JobId, level: LogLevel, text: string, data?: JsonValue): void;
  /** The tree of its payload is another one; at most 25 times a second. */
  treeChanged(id: JobId): void;
  /** Begins an output of a running job. @throws {JobEngineError} INVALID_ARGUMENT, TOO_LARGE, WRONG_STATE */
  openOutput(id: JobId, key: string, mime: string): OpenOutput;
  /** Called once for every run that was begun; the slot is free by then. */
  ended(id: JobId, end: RunEnd): void;
  /** The step of a run that ended as `detached` has returned, and `stop("timed-out")` was called. */
  stepReturned(id: JobId): void;
}

/** An output that a step is writing. Calls are done in order, awaited or not. */
export interface OpenOutput {
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves when it is committed that the job has this output. After an error nothing is left. */
  close(): Promise<void>;
  /** Leaves nothing behind. Never rejects; does nothing once it was closed. */
  discard(): Promise<void>;
}

/** The part of a snapshot that is shown, with the time in steps of this run so far. */
export interface Sample {
  readonly progress: number;
  readonly content: string;
  readonly runtimeMs: number;
}

/** A run that has begun. */
export interface Run {
  /** Tells the step; a stronger request replaces a weaker one. */
  request(request: Exclude<RunRequest, "nothing">): void;
  /** Takes back a pause that is not honoured yet; otherwise nothing happens. */
  takeBack(): void;
}

/** What executes steps. One implementation per kind of place: loop, native pool, thread, child. */
export interface Runner {
  /** Puts a payload under the engine's care: from now on only its strand calls it. */
  own(descriptor: JobDescriptor): Payload;
  /**
   * Steps a job until it has a reason to stop, calls `stop` with it, and tells the listener. Never
   * throws: whatever a plugin does is an outcome.
   */
  start(order: RunOrder, listener: RunListener): Run;
}
