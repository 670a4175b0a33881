import type { JobRecord } from "../core/job-record.ts";
import { isFinished, type JobEvent, type JobState } from "../core/job-state.ts";
import { transition } from "../core/transition.ts";

/** The record as the new process sees it, at this time (epoch milliseconds). */
export function reloaded(record: JobRecord, now: number): JobRecord {
  const found = after(record.state, { kind: "reloaded", saved: record.currentState !== null });
  // Not by an alarm: who is due already has its place among those that wait when the first starts.
  const isDue = found.kind === "retrying" && found.dueAt <= now;
  const state = isDue ? after(found, { kind: "due" }) : found;
  if (state === record.state) return record;
  const changedAt = Math.max(now, record.createdAt);
  return { ...record, state, changedAt, resetDue: record.resetDue && !isFinished(state) };
}

function after(state: JobState, event: JobEvent): JobState {
  const outcome = transition(state, event);
  return outcome.kind === "moved" ? outcome.state : state;
}
