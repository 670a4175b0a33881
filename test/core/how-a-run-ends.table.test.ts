import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JobState, Requested, StepResult, StopReason } from "../../src/core/job-state.ts";
import { transition } from "../../src/core/transition.ts";

const dueAt = 9_000;
const error = { code: "OWN", message: "its own" };

const results = {
  success: { kind: "success" },
  failure: { kind: "failure", error, retryable: false },
  "retryable failure": { kind: "failure", error, retryable: true },
  continue: { kind: "continue" },
  retry: { kind: "retry", afterMs: 5 },
} as const satisfies Record<string, StepResult>;

type Name = keyof typeof results;

/**
 * What the last step reported, what `stop` was called with, and where that leaves a job of which
 * nothing, a pause, or a cancel was asked in the end.
 */
const table: readonly (readonly [Name, StopReason | null, string, string, string])[] = [
  ["success", "success", "succeeded", "succeeded", "succeeded"],
  ["success", null, "succeeded", "succeeded", "succeeded"],
  ["failure", "failure", "OWN", "OWN", "OWN"],
  ["failure", null, "OWN", "OWN", "OWN"],
  // The getters failed after a stop that had honoured a request.
  ["failure", "paused", "OWN", "OWN", "OWN"],
  ["failure", "canceled", "canceled", "canceled", "canceled"],
  ["failure", "retry", "OWN", "OWN", "OWN"],
  ["failure", "closing", "OWN", "OWN", "OWN"],
  ["retryable failure", "failure", "OWN", "OWN", "OWN"],
  ["retryable failure", "retry", "retrying", "paused", "canceled, stop"],
  ["retryable failure", "paused", "pending", "paused", "canceled, stop"],
  ["retryable failure", "canceled", "canceled", "canceled", "canceled"],
  ["retryable failure", "closing", "pending", "paused", "canceled, stop"],
  ["continue", "paused", "pending", "paused", "canceled, stop"],
  ["continue", "canceled", "canceled", "canceled", "canceled"],
  ["continue", "closing", "pending", "paused", "canceled, stop"],
  ["retry", "retry", "retrying", "paused", "canceled, stop"],
  ["retry", "paused", "pending", "paused", "canceled, stop"],
  ["retry", "canceled", "canceled", "canceled", "canceled"],
  ["retry", "closing", "retrying, asleep", "paused", "canceled, stop"],
  // What no runner tells.
  ["continue", null, "INTERNAL", "INTERNAL", "INTERNAL"],
  ["continue", "success", "INTERNAL", "INTERNAL", "INTERNAL"],
];

void describe("a run that ended", () => {
  for (const [result, stopped, ...ends] of table) {
    for (const [index, requested] of (["nothing", "pause", "cancel"] as const).entries()) {
      const end = ends[index];
      void it(`with ${result}, stop(${stopped}), asked: ${requested}: ${end}`, () => {
        assert.equal(endOf(result, stopped, requested), end);
      });
    }
  }

  void it("is due when the engine said", () => {
    const event = { kind: "ended", result: results.retry, stopped: "retry", dueAt } as const;
    assert.deepEqual(transition({ kind: "running", requested: "nothing" }, event), {
      kind: "moved",
      state: { kind: "retrying", dueAt },
      effects: [{ kind: "wakeAt", time: dueAt }],
    });
  });
});

function endOf(result: Name, stopped: StopReason | null, requested: Requested): string {
  const event = { kind: "ended", result: results[result], stopped, dueAt } as const;
  const outcome = transition({ kind: "running", requested }, event);
  assert(outcome.kind === "moved");
  const { state, effects } = outcome;
  const kinds = effects.map(({ kind }) => kind);
  if (state.kind === "retrying") return kinds.includes("wakeAt") ? "retrying" : "retrying, asleep";
  return [stateInWords(state), ...kinds.filter((kind) => kind === "stop")].join(", ");
}

function stateInWords(state: JobState): string {
  if (state.kind !== "failed") return state.kind;
  return state.error.code === "JOB_CANCELED" ? "canceled" : state.error.code;
}
