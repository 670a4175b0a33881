import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import type { JsonValue } from "../../src/index.ts";
import { openPluginHost } from "../../src/testing/index.ts";
import { calls } from "./support/actor-calls.ts";

const path = fileURLToPath(new URL("support/actor.ts", import.meta.url));

type Isolation = "none" | "thread" | "process";

/** Plays every scene; the harness fails if a payload is lost. */
async function played(isolation: Isolation): Promise<Readonly<Record<string, JsonValue>>> {
  await using harness = await openPluginHost(
    { path, isolation },
    { pluginSettings: { actor: { greeting: "hi" } }, limitJobs: 30 },
  );
  const names = (await harness.request("GET", "/scenes")).json() as string[];
  const answers: Record<string, JsonValue> = {};
  for (const name of names) {
    const answer = await harness.request("POST", `/scene/${encodeURIComponent(name)}`);
    assert.equal(answer.status, 200, `${name}: ${answer.text()}`);
    answers[name] = answer.json();
  }
  return answers;
}

describe("the same plugin, unchanged", async () => {
  const here = await played("none");

  it("does here what is written down", () => {
    for (const [name, trace] of Object.entries(calls)) {
      assert.deepEqual((here[name] as { calls: unknown }).calls, trace, name);
    }
  });

  it("keeps a pause that comes in the moment of a wake", () => {
    assert.deepEqual(here["a job is woken only where it waits for its time"], {
      none: "There is no such thi",
      asleep: true,
      paused: false,
      state: "paused",
      ended: "succeeded",
      over: false,
    });
  });

  for (const isolation of ["thread", "process"] as const) {
    const there = await played(isolation);
    for (const [name, answer] of Object.entries(here)) {
      it(`does the same in a ${isolation}: ${name}`, () => assert.deepEqual(there[name], answer));
    }
  }
});
