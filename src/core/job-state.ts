import type { JsonValue } from "./json.ts";

/**
 * Where a job is in its life. Each state carries exactly the data that exists in that state, so
 * "a paused job with a retry time" cannot be written down.
 */
export type JobState = WaitingState | RunningState | FinishedState;

/** States in which nothing of the job runs. After a crash they are found as they were. */
export type WaitingState =
  | { readonly kind: "pending" }
  | { readonly kind: "paused" }
  /** `dueAt` is epoch milliseconds; the due time survives a restart. */
  | { readonly kind: "retrying"; readonly dueAt: number };

/**
 * A run has been given a slot. If the process dies now the job is found as `pending`, at its old
 * place in the queue; a request that was committed is honoured first.
 */
export interface RunningState {
  readonly kind: "running";
  readonly requested: Requested;
}

/** Final but for a resubmit. */
export type FinishedState =
  | { readonly kind: "succeeded" }
  | { readonly kind: "failed"; readonly error: JobFailure };

/** What was asked of a running job and is not honoured yet. Cancel beats pause, in any order. */
export type Requested = "nothing" | "pause" | "cancel";

/** Why a job failed. `code` is stable (docs/errors.md, or the plugin's own); `message` is for people. */
export interface JobFailure {
  readonly code: string;
  readonly message: string;
  /** What the plugin says of it beside the message, for programs; absent: nothing. */
  readonly details?: JsonValue;
}

/** What one call of `step` reports. Mirrors the step results of native/include/baton.h. */
export type StepResult =
  | { readonly kind: "success" }
  /** A retryable failure uses up one attempt of the job's retry policy. */
  | { readonly kind: "failure"; readonly error: JobFailure; readonly retryable: boolean }
  | { readonly kind: "continue" }
  /** Step again after `afterMs`; null: after the retry policy's first delay. Costs no attempt. */
  | { readonly kind: "retry"; readonly afterMs: number | null };

/** Why `stop` is called. Mirrors the stop reasons of native/include/baton.h, same order. */
export type StopReason =
  | "success"
  | "paused"
  | "failure"
  | "canceled"
  | "retry"
  | "timed-out"
  | "closing";

/** All of them; that at index n has the number n + 1 in native/include/baton.h. */
export const stopReasons: readonly StopReason[] = [
  "success",
  "paused",
  "failure",
  "canceled",
  "retry",
  "timed-out",
  "closing",
];

/** Everything that can happen to a job. Times are epoch milliseconds of the Clock port. */
export type JobEvent =
  /** A slot was given to the job. */
  | { readonly kind: "picked" }
  /** The run is over and `stop(stopped)` has been called; null: there was no payload to stop. */
  | {
      readonly kind: "ended";
      readonly result: StepResult;
      readonly stopped: StopReason | null;
      /** When to step again; only read if the run ends in a retry. */
      readonly dueAt: number;
    }
  /** The run never began: nobody could revive the payload, or the slot was taken back. */
  | { readonly kind: "returned" }
  | { readonly kind: "due" }
  | { readonly kind: "pause" }
  | { readonly kind: "resume" }
  | { readonly kind: "cancel" }
  | { readonly kind: "resubmit" }
  | { readonly kind: "delete" }
  /** The payload of a job that cannot be saved is gone with the thread or process it lived in. */
  | { readonly kind: "lost"; readonly error: JobFailure }
  /** The record was read back by a new process; `saved`: its payload can be revived. */
  | { readonly kind: "reloaded"; readonly saved: boolean };

/** What the engine must do after a transition, in order. Data, so that tests can compare it. */
export type Effect =
  | { readonly kind: "stop"; readonly reason: StopReason }
  | { readonly kind: "wakeAt"; readonly time: number };

/**
 * `nothing`: legal, no change (pausing a finished job). `refused`: the caller gets the reason.
 * `removed`: the record is to be forgotten.
 */
export type Outcome =
  | { readonly kind: "moved"; readonly state: JobState; readonly effects: readonly Effect[] }
  | { readonly kind: "removed" }
  | { readonly kind: "nothing" }
  | { readonly kind: "refused"; readonly reason: string };

/** Whether nothing more happens to a job in this state unless somebody asks for it. */
export function isFinished(state: JobState): state is FinishedState {
  return state.kind === "succeeded" || state.kind === "failed";
}
