import type { Requested, StepResult, StopReason } from "./job-state.ts";

/** What has been asked of a run while it steps; `closing` is the weakest. */
export type RunRequest = Requested | "closing";

/** What a step is told: also that its own time is over. */
export type StepRequest = RunRequest | "timed-out";

/**
 * Whether a run ends after a step that reported `result`, and why; null: step again.
 * The native core decides by the same table (test/core/stop-reason.table.json holds both).
 */
export function stopReason(
  result: StepResult,
  requested: RunRequest,
  attemptsLeft: number,
): StopReason | null {
  switch (result.kind) {
    case "success":
      return "success";
    case "failure":
      return endOfFailure(result.retryable && attemptsLeft > 0, requested);
    case "continue":
      return honour(requested);
    case "retry":
      return honour(requested) ?? "retry";
  }
}

/** A failure that is final ends as one whatever was asked; one to be retried honours the request. */
function endOfFailure(retries: boolean, requested: RunRequest): StopReason {
  return retries ? (honour(requested) ?? "retry") : "failure";
}

function honour(requested: RunRequest): StopReason | null {
  switch (requested) {
    case "cancel":
      return "canceled";
    case "pause":
      return "paused";
    case "closing":
      return "closing";
    case "nothing":
      return null;
  }
}
