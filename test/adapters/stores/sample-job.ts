import assert from "node:assert/strict";
import { type JobId, parseJobId } from "../../../src/core/job-id.ts";
import type { NewJobRecord } from "../../../src/core/job-record.ts";
import { defaultRetryPolicy } from "../../../src/core/retry-policy.ts";

/** The n-th of as many ids as a test needs. */
export function idOf(n: number): JobId {
  const id = parseJobId(`00000000-0000-4000-8000-${String(n).padStart(12, "0")}`);
  assert.ok(id !== null);
  return id;
}

/** A pending job that can be saved. */
export function newJob(n: number): NewJobRecord {
  return {
    id: idOf(n),
    type: "hello.count",
    plugin: "hello",
    priority: 0,
    key: null,
    startAt: null,
    userData: null,
    state: { kind: "pending" },
    createdAt: 1_795_000_000_000,
    changedAt: 1_795_000_000_000,
    attempts: 0,
    lastError: null,
    retry: defaultRetryPolicy,
    stepTimeoutMs: 0,
    runtimeMs: 0,
    progress: 0,
    content: "{}",
    outputs: [],
    canReset: true,
    resetDue: false,
    submittedState: new Uint8Array([1, 2, 3]),
    currentState: new Uint8Array([1, 2, 3]),
  };
}
