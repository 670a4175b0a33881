import type { JobFailure, StepResult } from "../../core/job-state.ts";
import { boundedJson } from "../../core/json.ts";
import { maxDetailsChars } from "../../core/limits.ts";
import { member, messageOf, show } from "../../core/thrown.ts";

/** Codes are words in capitals, so that they can be told from messages. */
const code = /^[A-Z][A-Z0-9_]{0,63}$/;

/** Longest message of a failure, in characters; a longer one is cut there. */
const maxMessage = 65_536;

/** What a step returned, as a result; anything else than a result fails the job, not the host. */
export function readStepResult(value: unknown): StepResult {
  const result = value as Partial<
    Record<"kind" | "error" | "retryable" | "afterMs", unknown>
  > | null;
  switch (typeof result === "object" ? result?.kind : undefined) {
    case "success":
      return { kind: "success" };
    case "continue":
      return { kind: "continue" };
    case "failure":
      return {
        kind: "failure",
        error: readFailure(result?.error),
        retryable: result?.retryable === true,
      };
    case "retry":
      return readRetry(result?.afterMs);
  }
  return bad(`step returned ${show(value)}; it must return a StepResult`);
}

/** What a step threw, as a failure: retryable if the error says so, with its code if it has one. */
export function readThrown(error: unknown): StepResult {
  return {
    kind: "failure",
    error: failureFrom(error, "STEP_THREW"),
    retryable: member(error, "retryable") === true,
  };
}

/** Names what went wrong, whatever was thrown: also null, strings and errors without a message. */
export function failureFrom(error: unknown, fallback: string): JobFailure {
  const own = member(error, "code");
  const isCode = typeof own === "string" && code.test(own);
  const message = messageOf(error).slice(0, maxMessage);
  return { code: isCode ? own : fallback, message, ...detailsOf(error) };
}

function readFailure(value: unknown): JobFailure {
  // Read once: a member may be a getter that answers something else the second time.
  const [own, message] = [member(value, "code"), member(value, "message")];
  return {
    code: typeof own === "string" && code.test(own) ? own : "STEP_FAILED",
    message:
      typeof message === "string" ? message.slice(0, maxMessage) : "The step reported a failure",
    ...detailsOf(value),
  };
}

/** The details of a failure, or of an error that was thrown: a copy, not larger than they may be. */
function detailsOf(error: unknown): Pick<JobFailure, "details"> {
  const details = member(error, "details");
  return details === undefined ? {} : { details: boundedJson(details, maxDetailsChars) };
}

function readRetry(afterMs: unknown): StepResult {
  if (afterMs === null || afterMs === undefined) return { kind: "retry", afterMs: null };
  if (typeof afterMs === "number" && afterMs >= 0 && afterMs <= Number.MAX_SAFE_INTEGER) {
    return { kind: "retry", afterMs };
  }
  return bad(`step asked for a retry after ${show(afterMs)} ms; it must be a number from 0 on`);
}

const bad = (message: string): StepResult => ({
  kind: "failure",
  error: { code: "BAD_STEP_RESULT", message },
  retryable: false,
});
