import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JobEvent, JobState, Outcome } from "../../src/core/job-state.ts";
import { transition } from "../../src/core/transition.ts";
import { page, section } from "./documents.ts";

const lifecycle = page("docs/job-lifecycle.md");

/** One of each kind; a kind that is missing here does not compile. */
const states = {
  pending: { kind: "pending" },
  running: { kind: "running", requested: "nothing" },
  paused: { kind: "paused" },
  retrying: { kind: "retrying", dueAt: 0 },
  succeeded: { kind: "succeeded" },
  failed: { kind: "failed", error: { code: "STEP_FAILED", message: "" } },
} as const satisfies { [Kind in JobState["kind"]]: Extract<JobState, { kind: Kind }> };

/** What happens to a job by each call. */
const calls = {
  pause: "pause",
  cancel: "cancel",
  resume: "resume",
  wake: "due",
  resubmit: "resubmit",
  delete: "delete",
} as const satisfies Record<string, JobEvent["kind"]>;

describe("docs/job-lifecycle.md", () => {
  it("lists exactly the kinds of states", () => {
    const [, ...rows] = table("States");
    assert.deepEqual(
      rows.map(([state]) => state),
      Object.keys(states),
    );
  });

  it("draws exactly the kinds of states", () => {
    const [, diagram = ""] = lifecycle.text.split("stateDiagram-v2");
    const drawn = diagram.slice(0, diagram.indexOf("```")).matchAll(/^ {2}(\w+) -->/gm);
    assert.deepEqual(new Set([...drawn].map(([, state]) => state)), new Set(Object.keys(states)));
  });

  it("says of every call in every state what the core does", () => {
    const [heading = [], ...rows] = table("Calls");
    assert.deepEqual(heading, ["call", ...Object.keys(states)]);
    const said = new Map(rows.map(([call = "", ...cells]) => [call, cells]));
    assert.deepEqual([...said.keys()], Object.keys(calls));
    for (const [call, kind] of Object.entries(calls)) {
      assert.deepEqual(
        said.get(call),
        Object.values(states).map((state) => cell(state, kind)),
      );
    }
  });
});

function cell(state: JobState, call: (typeof calls)[keyof typeof calls]): string {
  const said = words(transition(state, { kind: call }));
  return state.kind === "running" && call === "resume" ? `${said}, or takes a pause back` : said;
}

function words(outcome: Outcome): string {
  switch (outcome.kind) {
    case "moved":
      return outcome.state.kind === "running" ? "asked" : `→ ${outcome.state.kind}`;
    case "removed":
      return "gone";
    case "nothing":
    case "refused":
      return outcome.kind;
  }
}

/** The cells of the first table of a section, heading first. */
function table(heading: string): readonly (readonly string[])[] {
  const rows = section(lifecycle, heading)
    .split("\n")
    .filter((line) => line.startsWith("| "));
  return rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((text) => text.trim().replaceAll("`", "")),
  );
}
