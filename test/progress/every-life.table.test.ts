import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nextLife, type Life, type LifeEvent, type State } from "../../src/progress/life.ts";
import { page, section } from "../docs/documents.ts";

const lives: readonly Life<number>[] = [
  { state: "waiting" },
  { state: "running", startedAt: 1 },
  { state: "canceling", startedAt: 1, reason: "enough" },
  { state: "canceled", startedAt: 1, endedAt: 2, reason: "enough", partial: null, error: null },
  { state: "failed", startedAt: 1, endedAt: 2, error: "no" },
  { state: "finished", startedAt: 1, endedAt: 2, value: 7 },
];

const events: readonly (readonly [words: string, event: LifeEvent<number>])[] = [
  ["it begins", { kind: "started" }],
  ["it is asked to stop", { kind: "cancelRequested", reason: "enough" }],
  ["the work ends", { kind: "returned", value: 7 }],
  ["the work fails", { kind: "threw", error: "no" }],
];

/** The table of the page: from a state and an event to a state. */
function documented(): ReadonlyMap<string, string> {
  const rows = section(page("docs/progress.md"), "States").matchAll(/^\| `(\w+)` \|(.+)\|$/gm);
  const cells = [...rows].flatMap(([, state, row = ""]) =>
    row.split("|").map((cell, column): [string, string] => {
      return [`${state}: ${events[column]?.[0]}`, cell.trim().replaceAll("`", "")];
    }),
  );
  return new Map(cells);
}

describe("the table of states", () => {
  it("of docs/progress.md is what happens", () => {
    const real = lives.flatMap((life) =>
      events.map(([words, event]): [string, string] => {
        const next: State | null = nextLife(life, event, 3)?.state ?? null;
        return [`${life.state}: ${words}`, next ?? ""];
      }),
    );
    assert.deepEqual(documented(), new Map(real));
  });
});
