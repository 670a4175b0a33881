import { noFailures } from "../core/past-failures.ts";
import { JobEngineError } from "../core/errors.ts";
import type { JobRecord } from "../core/job-record.ts";

/** How a failed job starts over. */
export interface Resubmission {
  readonly patch: Partial<JobRecord>;
  /** False: the payload, if there still is one, is finalized; another one is revived. */
  readonly keepsPayload: boolean;
}

/**
 * With a `reset` callback the job starts over from the payload it has, or from its last state;
 * without one, from the state that was stored when it was submitted.
 * @throws {JobEngineError} WRONG_STATE: it is not failed, or there is nothing to start from
 */
export function resubmission(record: JobRecord, hasPayload: boolean): Resubmission {
  const { state, canReset, submittedState } = record;
  if (state.kind !== "failed") {
    throw new JobEngineError("WRONG_STATE", `a ${state.kind} job cannot be resubmitted`);
  }
  const never = { attempts: 0, lastError: null, failures: noFailures };
  const fresh = { ...never, runtimeMs: 0, progress: 0 };
  const anew = { ...fresh, startAt: null, outputs: [] };
  if (canReset && (hasPayload || record.currentState !== null)) {
    return { patch: { ...anew, resetDue: true }, keepsPayload: true };
  }
  if (submittedState === null) {
    const why = "its plugin gave it neither a reset callback nor a serialized state";
    throw new JobEngineError("WRONG_STATE", `this job cannot start over: ${why}`);
  }
  return { patch: { ...anew, currentState: submittedState }, keepsPayload: false };
}
