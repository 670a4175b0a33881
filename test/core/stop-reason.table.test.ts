import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { StepResult } from "../../src/core/job-state.ts";
import { requestAtEnd, stopReason, type RunRequest } from "../../src/core/stop-reason.ts";

const error = { code: "OWN", message: "" };

const results: Readonly<Record<string, StepResult>> = {
  success: { kind: "success" },
  failure: { kind: "failure", error, retryable: false },
  "retryable failure": { kind: "failure", error, retryable: true },
  continue: { kind: "continue" },
  retry: { kind: "retry", afterMs: null },
};

const requests: readonly RunRequest[] = ["nothing", "closing", "pause", "cancel"];

/** By what the step reported and the attempts left, then by what is asked; null: it steps on. */
const table: readonly (readonly [string, number, ...(string | null)[]])[] = [
  ["success", 0, "success", "success", "success", "success"],
  ["success", 1, "success", "success", "success", "success"],
  ["failure", 0, "failure", "failure", "failure", "failure"],
  ["failure", 1, "failure", "failure", "failure", "failure"],
  ["retryable failure", 0, "failure", "closing", "failure", "failure"],
  ["retryable failure", 1, "retry", "closing", "paused", "canceled"],
  ["continue", 0, null, "closing", "paused", "canceled"],
  ["continue", 1, null, "closing", "paused", "canceled"],
  ["retry", 0, "retry", "closing", "paused", "canceled"],
  ["retry", 1, "retry", "closing", "paused", "canceled"],
];

void describe("what counts at the end of a run while the host closes", () => {
  for (const [name, result] of Object.entries(results)) {
    for (const requested of requests) {
      const counts = name === "retryable failure" && requested === "pause" ? "closing" : requested;
      void it(`after ${name}, asked ${requested}: ${counts}`, () => {
        assert.equal(requestAtEnd(result, requested, true), counts);
        assert.equal(requestAtEnd(result, requested, false), requested);
      });
    }
  }
});

void describe("the reason a run stops for", () => {
  for (const [name, attemptsLeft, ...reasons] of table) {
    for (const [index, requested] of requests.entries()) {
      const reason = reasons[index];
      void it(`after ${name}, ${attemptsLeft} left, asked ${requested}: ${reason}`, () => {
        const result = results[name];
        assert(result !== undefined);
        assert.equal(stopReason(result, requested, attemptsLeft), reason);
      });
    }
  }
});
