import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { isFinished, type JobEvent, type JobState } from "../../src/core/job-state.ts";
import { stopReason } from "../../src/core/stop-reason.ts";
import { transition } from "../../src/core/transition.ts";

const result = fc.oneof(
  fc.constant({ kind: "success" } as const),
  fc.constant({ kind: "continue" } as const),
  fc.record({ kind: fc.constant("retry" as const), afterMs: fc.nat() }),
  fc.record({
    kind: fc.constant("failure" as const),
    error: fc.constant({ code: "OWN", message: "" }),
    retryable: fc.boolean(),
  }),
);
const reason = fc.constantFrom(
  ...(["success", "paused", "failure", "canceled", "retry", "timed-out", "closing", null] as const),
);
const plainKinds = [
  "picked",
  "returned",
  "due",
  "pause",
  "resume",
  "cancel",
  "resubmit",
  "delete",
] as const;
const event: fc.Arbitrary<JobEvent> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...plainKinds).map((kind) => ({ kind })) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("ended" as const),
      result,
      stopped: reason,
      dueAt: fc.nat(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("reloaded" as const), saved: fc.boolean() }),
  },
);

/** Only what can happen: runs end when they run, and with the reason the runner would give. */
const life = fc.array(fc.record({ event, attemptsLeft: fc.nat(2) }), { maxLength: 40 });

void describe("whatever happens to a job", () => {
  void it("is answered, and changes the state only by moving", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        let state: JobState = { kind: "pending" };
        for (const one of events) {
          const outcome = transition(state, one);
          assert.ok(["moved", "removed", "nothing", "refused"].includes(outcome.kind));
          if (outcome.kind === "refused") assert.match(outcome.reason, /^a \w+ job cannot \w+/);
          if (outcome.kind === "moved") state = outcome.state;
        }
      }),
    );
  });

  void it("leaves a finished job finished, but for a resubmit and a delete", () => {
    const finished = fc.constantFrom<JobState>(
      { kind: "succeeded" },
      { kind: "failed", error: { code: "OWN", message: "" } },
    );
    fc.assert(
      fc.property(finished, event, (state, one) => {
        const outcome = transition(state, one);
        if (outcome.kind === "removed") assert.equal(one.kind, "delete");
        if (outcome.kind === "moved") {
          assert.deepEqual([one.kind, outcome.state.kind], ["resubmit", "pending"]);
        }
      }),
    );
  });

  void it("does not lose a cancel that was accepted", () => {
    fc.assert(fc.property(life, (events) => checkCancel(events)));
  });

  void it("calls stop only for a cancel that no run has stopped for", () => {
    fc.assert(
      fc.property(event, (one) => {
        const outcome = transition({ kind: "running", requested: "nothing" }, one);
        if (outcome.kind !== "moved") return;
        assert.ok(outcome.effects.every(({ kind }) => kind !== "stop"));
      }),
    );
  });
});

/** After a cancel was accepted the job only runs on, or finishes. */
function checkCancel(events: readonly { event: JobEvent; attemptsLeft: number }[]): void {
  let state: JobState = { kind: "pending" };
  let isCanceled = false;
  for (const { event: one, attemptsLeft } of events) {
    const happens = asTheRunnerTells(state, one, attemptsLeft);
    const outcome = transition(state, happens);
    if (happens.kind === "cancel" && outcome.kind !== "refused") isCanceled = !isFinished(state);
    if (happens.kind === "resubmit" && outcome.kind === "moved") isCanceled = false;
    if (outcome.kind === "moved") state = outcome.state;
    if (!isCanceled) continue;
    const isKept = isFinished(state) || (state.kind === "running" && state.requested === "cancel");
    assert.ok(isKept, `it is ${state.kind} after a cancel`);
  }
}

function asTheRunnerTells(state: JobState, told: JobEvent, attemptsLeft: number): JobEvent {
  if (told.kind !== "ended") return told;
  const requested = state.kind === "running" ? state.requested : "nothing";
  const stopped = stopReason(told.result, requested, attemptsLeft);
  return stopped === null ? { kind: "returned" } : { ...told, stopped };
}
