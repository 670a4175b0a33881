import type { Requested, StepResult, StopReason } from "./job-state.ts";

/** What has been asked of a run while it steps; `closing` is the weakest. */
export type RunRequest = Requested | "closing";

/** What a step is told: also that its own time is over. */
export type StepRequest = RunRequest | "timed-out";

/**
 * Whether a run ends after a step that reported `result`, and why; null: step again.
 * The native core decides by the same table (native/src/core/stop_reason.h).
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
      return result.retryable ? endOfRetryable(requested, attemptsLeft) : "failure";
    case "continue":
      return honour(requested);
    case "retry":
      return honour(requested) ?? "retry";
  }
}

/** A failure that is not tried again is final, whatever was asked; but a closing host costs no attempt. */
function endOfRetryable(requested: RunRequest, attemptsLeft: number): StopReason {
  const isFinal = attemptsLeft <= 0 && requested !== "closing";
  return isFinal ? "failure" : (honour(requested) ?? "retry");
}

/**
 * What counts at the end of a run that was asked for `requested`. A failure that would be tried again
 * may come of the closing itself, which costs no attempt: then a pause, which is kept on record, comes
 * after it.
 */
export function requestAtEnd(
  result: StepResult,
  requested: RunRequest,
  isClosing: boolean,
): RunRequest {
  const mayComeOfIt = result.kind === "failure" && result.retryable;
  return isClosing && mayComeOfIt && requested === "pause" ? "closing" : requested;
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
