import type { JobRecord } from "../core/job-record.ts";
import { isFinished } from "../core/job-state.ts";
import { transition } from "../core/transition.ts";

/** The record as the new process sees it. */
export function reloaded(record: JobRecord): JobRecord {
  const outcome = transition(record.state, {
    kind: "reloaded",
    saved: record.currentState !== null,
  });
  if (outcome.kind !== "moved") return record;
  const { state } = outcome;
  return { ...record, state, resetDue: record.resetDue && !isFinished(state) };
}
