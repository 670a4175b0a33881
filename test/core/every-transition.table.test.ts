import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JobEvent, JobState, Outcome } from "../../src/core/job-state.ts";
import { transition } from "../../src/core/transition.ts";

const error = { code: "OWN", message: "its own" };

const states = {
  pending: { kind: "pending" },
  running: { kind: "running", requested: "nothing" },
  "running, to be paused": { kind: "running", requested: "pause" },
  "running, to be canceled": { kind: "running", requested: "cancel" },
  paused: { kind: "paused" },
  retrying: { kind: "retrying", dueAt: 7_000 },
  succeeded: { kind: "succeeded" },
  failed: { kind: "failed", error },
} as const satisfies Record<string, JobState>;

const stop = "stop(canceled)";

/**
 * By event, then by state in the order above. "-": legal, nothing happens; "!": refused; "gone": the
 * record is forgotten; else the next state, and what is to be done.
 */
const table: Readonly<Record<string, readonly string[]>> = {
  //          pending            running    to be paused  to be canceled  paused     retrying   succ.   failed
  pause: ["paused", "to be paused", "-", "-", "-", "paused", "-", "-"],
  cancel: [
    `canceled ${stop}`,
    "to be canceled",
    "to be canceled",
    "-",
    `canceled ${stop}`,
    `canceled ${stop}`,
    "-",
    "-",
  ],
  resume: ["!", "!", "running", "!", "pending", "!", "!", "!"],
  resubmit: ["!", "!", "!", "!", "!", "!", "!", "pending"],
  delete: ["!", "!", "!", "!", "!", "!", "gone", "gone"],
  picked: ["running", "!", "!", "!", "!", "!", "!", "!"],
  due: ["-", "-", "-", "-", "-", "pending", "-", "-"],
  returned: ["!", "pending", "paused", `canceled ${stop}`, "!", "!", "!", "!"],
  "reloaded, saved": ["-", "pending", "paused", `canceled ${stop}`, "-", "-", "-", "-"],
  "reloaded, not saved": [
    "not saved",
    "not saved",
    "not saved",
    "not saved",
    "not saved",
    "not saved",
    "-",
    "-",
  ],
  lost: ["OWN", "!", "!", "!", "OWN", "OWN", "-", "-"],
  ended: ["!", "*", "*", "*", "!", "!", "!", "!"],
};

const events: Readonly<Record<string, JobEvent>> = {
  pause: { kind: "pause" },
  cancel: { kind: "cancel" },
  resume: { kind: "resume" },
  resubmit: { kind: "resubmit" },
  delete: { kind: "delete" },
  picked: { kind: "picked" },
  due: { kind: "due" },
  returned: { kind: "returned" },
  "reloaded, saved": { kind: "reloaded", saved: true },
  "reloaded, not saved": { kind: "reloaded", saved: false },
  lost: { kind: "lost", error },
  ended: { kind: "ended", result: { kind: "success" }, stopped: "success", dueAt: 9_000 },
};

for (const [name, cells] of Object.entries(table)) {
  void describe(name, () => {
    for (const [index, [stateName, state]] of Object.entries(states).entries()) {
      const cell = cells[index];
      // "*": every way a run can end has a table of its own.
      if (cell === "*") continue;
      void it(`of a job that is ${stateName}: ${cell}`, () => {
        const event = events[name];
        assert(event !== undefined);
        assert.equal(inWords(transition(state, event)), cell);
      });
    }
  });
}

void describe("a refusal", () => {
  void it("says what the job is and what it cannot", () => {
    const outcome = transition(states.pending, { kind: "resume" });
    assert.deepEqual(outcome, { kind: "refused", reason: "a pending job cannot be resumed" });
  });
});

void describe("a canceled job", () => {
  void it("has failed with the code of a cancel", () => {
    const outcome = transition(states.paused, { kind: "cancel" });
    assert.deepEqual(outcome.kind === "moved" && outcome.state, {
      kind: "failed",
      error: { code: "JOB_CANCELED", message: "This job was canceled" },
    });
  });
});

void describe("the table", () => {
  void it("has a cell for every state under every event", () => {
    assert.deepEqual(Object.keys(table), Object.keys(events));
    for (const cells of Object.values(table)) {
      assert.equal(cells.length, Object.keys(states).length);
    }
  });
});

function inWords(outcome: Outcome): string {
  switch (outcome.kind) {
    case "nothing":
      return "-";
    case "refused":
      return "!";
    case "removed":
      return "gone";
    case "moved": {
      const effects = outcome.effects.map((effect) =>
        effect.kind === "stop" ? `stop(${effect.reason})` : `wake at ${effect.time}`,
      );
      return [stateInWords(outcome.state), ...effects].join(" ");
    }
  }
}

function stateInWords(state: JobState): string {
  if (state.kind === "running" && state.requested !== "nothing") {
    return state.requested === "pause" ? "to be paused" : "to be canceled";
  }
  if (state.kind !== "failed") return state.kind;
  const words: Record<string, string> = { JOB_CANCELED: "canceled", NOT_SAVED: "not saved" };
  return words[state.error.code] ?? state.error.code;
}
