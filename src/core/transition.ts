import {
  isFinished,
  type Effect,
  type FinishedState,
  type JobEvent,
  type JobFailure,
  type JobState,
  type Outcome,
  type RunningState,
  type StepResult,
  type WaitingState,
} from "./job-state.ts";

type Asked = Extract<JobEvent, { kind: "pause" | "resume" | "cancel" }>;
type Ended = Extract<JobEvent, { kind: "ended" }>;

const nothing: Outcome = { kind: "nothing" };
const canceled: FinishedState = {
  kind: "failed",
  error: { code: "JOB_CANCELED", message: "This job was canceled" },
};
const notSaved: FinishedState = {
  kind: "failed",
  error: { code: "NOT_SAVED", message: "The host stopped; this job could not be saved" },
};

/** The whole job state machine. Pure and total: docs/job-lifecycle.md has the same table. */
export function transition(state: JobState, event: JobEvent): Outcome {
  switch (state.kind) {
    case "pending":
    case "paused":
    case "retrying":
      return fromWaiting(state, event);
    case "running":
      return fromRunning(state, event);
    case "succeeded":
    case "failed":
      return fromFinished(state, event);
  }
}

function fromWaiting(state: WaitingState, event: JobEvent): Outcome {
  switch (event.kind) {
    case "picked":
      return state.kind === "pending"
        ? to({ kind: "running", requested: "nothing" })
        : refuse(state, event);
    case "due":
      return state.kind === "retrying" ? to({ kind: "pending" }) : nothing;
    case "pause":
      return state.kind === "paused" ? nothing : to({ kind: "paused" });
    case "resume":
      return state.kind === "paused" ? to({ kind: "pending" }) : refuse(state, event);
    case "cancel":
      // The job may hold a payload even if it never stepped: `stop` lets the plugin release it.
      return to(canceled, { kind: "stop", reason: "canceled" });
    case "reloaded":
      return event.saved ? nothing : to(notSaved);
    case "lost":
      return to({ kind: "failed", error: event.error });
    case "ended":
    case "returned":
    case "resubmit":
    case "delete":
      return refuse(state, event);
  }
}

function fromRunning(state: RunningState, event: JobEvent): Outcome {
  switch (event.kind) {
    case "ended":
      return honourLate(state, afterRun(state, event));
    case "returned":
      return honourLate(state, to({ kind: "pending" }));
    case "reloaded":
      return event.saved ? honourLate(state, to({ kind: "pending" })) : to(notSaved);
    case "pause":
    case "resume":
    case "cancel":
      return askOfRun(state, event);
    case "due":
      return nothing;
    case "picked":
    case "lost":
    case "resubmit":
    case "delete":
      return refuse(state, event);
  }
}

/** A running job is never interrupted: a request is honoured when its step returns. */
function askOfRun(state: RunningState, event: Asked): Outcome {
  switch (event.kind) {
    case "cancel":
      return state.requested === "cancel" ? nothing : to({ kind: "running", requested: "cancel" });
    case "pause":
      return state.requested === "nothing" ? to({ kind: "running", requested: "pause" }) : nothing;
    case "resume":
      return state.requested === "pause"
        ? to({ kind: "running", requested: "nothing" })
        : refuse(state, event);
  }
}

/** Where a run leaves its job, by the reason its `stop` was called with. */
function afterRun(state: RunningState, { result, stopped, dueAt }: Ended): Outcome {
  if (result.kind === "success") return to({ kind: "succeeded" });
  if (result.kind === "failure" && !result.retryable && stopped !== "canceled") {
    return to({ kind: "failed", error: result.error });
  }
  switch (stopped) {
    case "canceled":
      return to(canceled);
    case "paused":
      // Without a request the pause was taken back while the run was ending.
      return to(state.requested === "nothing" ? { kind: "pending" } : { kind: "paused" });
    case "closing":
      // Only who asked for a retry waits for it; a failure may come of the closing itself.
      return to(result.kind === "retry" ? { kind: "retrying", dueAt } : { kind: "pending" });
    case "retry":
      return to({ kind: "retrying", dueAt }, { kind: "wakeAt", time: dueAt });
    case "success":
    case "failure":
    case "timed-out":
    case null:
      return to({ kind: "failed", error: failureOf(result) });
  }
}

function failureOf(result: StepResult): JobFailure {
  if (result.kind === "failure") return result.error;
  return { code: "INTERNAL", message: `the run of this job ended after "${result.kind}"` };
}

/**
 * A request that came when the run had already decided how to end is applied to the state the run
 * left behind, so that an answered request is never lost.
 */
function honourLate(state: RunningState, outcome: Outcome): Outcome {
  if (outcome.kind !== "moved" || state.requested === "nothing") return outcome;
  if (outcome.state.kind === "running" || isFinished(outcome.state)) return outcome;
  const late = fromWaiting(outcome.state, { kind: state.requested });
  return late.kind === "moved" ? late : outcome;
}

function fromFinished(state: FinishedState, event: JobEvent): Outcome {
  switch (event.kind) {
    case "pause":
    case "cancel":
    case "due":
    case "lost":
    case "reloaded":
      return nothing;
    case "delete":
      return { kind: "removed" };
    case "resubmit":
      return state.kind === "failed" ? to({ kind: "pending" }) : refuse(state, event);
    case "resume":
    case "picked":
    case "ended":
    case "returned":
      return refuse(state, event);
  }
}

const to = (state: JobState, ...effects: Effect[]): Outcome => ({ kind: "moved", state, effects });

const refuse = (state: JobState, event: JobEvent): Outcome => ({
  kind: "refused",
  reason: `a ${state.kind} job cannot ${verbs[event.kind]}`,
});

const verbs: Record<JobEvent["kind"], string> = {
  picked: "be picked",
  ended: "end a run",
  returned: "return from a run",
  due: "become due",
  pause: "be paused",
  resume: "be resumed",
  cancel: "be canceled",
  resubmit: "be resubmitted",
  delete: "be deleted",
  lost: "lose its payload",
  reloaded: "be reloaded",
};
