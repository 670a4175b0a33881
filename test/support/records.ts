import assert from "node:assert/strict";
import { parseJobId, type JobId } from "../../src/core/job-id.ts";
import type { JobRecord } from "../../src/core/job-record.ts";
import { defaultRetryPolicy } from "../../src/core/retry-policy.ts";

/** The id of this number. */
export function idOf(count: number): JobId {
  const id = parseJobId(`00000000-0000-4000-8000-${String(count).padStart(12, "0")}`);
  assert(id !== null);
  return id;
}

/** A sound record, the same for the same number: pending, of plugin "test", not serializable. */
export function recordOf(count: number, change: Partial<JobRecord> = {}): JobRecord {
  return {
    id: idOf(count),
    type: "scripted",
    plugin: "test",
    priority: 0,
    key: null,
    startAt: null,
    userData: null,
    sequence: count,
    state: { kind: "pending" },
    createdAt: 0,
    changedAt: 0,
    attempts: 0,
    lastError: null,
    retry: defaultRetryPolicy,
    stepTimeoutMs: 0,
    runtimeMs: 0,
    progress: 0,
    content: "{}",
    outputs: [],
    canReset: false,
    resetDue: false,
    submittedState: null,
    currentState: null,
    ...change,
  };
}

/** The same of a job that can be revived from `state`. */
export function savedRecordOf(
  count: number,
  state: string,
  change: Partial<JobRecord> = {},
): JobRecord {
  const bytes = new TextEncoder().encode(state);
  return recordOf(count, { submittedState: bytes, currentState: bytes, ...change });
}
