import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HurriedHost } from "./support/hurried-host.ts";

/** How often in a row; each way in turn, or only one: for a long look at it. */
const times = Number(process.env["BATON_CRASHES"] ?? 50);
const only = process.env["BATON_CRASH_WAY"];

const ways = {
  thread: ["exit", "throw", "null", "reject", "heap"],
  process: ["abort", "exit", "heap", "kill", "segv"],
} as const;

describe("a plugin that crashes fifty times in a row", () => {
  for (const kind of ["thread", "process"] as const) {
    it(`costs no other plugin's job anything, in a ${kind}`, { timeout: 600_000 }, async () => {
      await using host = new HurriedHost({ slots: 4 });
      await host.add("crasher", { kind, heapLimitMb: 32 });
      await host.add("neighbour", { kind: "process" });
      await host.begin();
      const neighbour = await host.submit("neighbour", { kind: "steady", left: 1_000_000 });
      await host.until(neighbour, ({ state }) => state === "running");

      const one = only === undefined ? ways[kind] : [only];
      const order = Array.from({ length: times }, (_, at) => one[at % one.length] ?? "exit");
      const id = await host.submit("crasher", {
        kind: "crash",
        ways: order,
        maxAttempts: times + 1,
      });
      const end = await host.until(id, ({ state }) => state === "succeeded" || state === "failed");

      assert.deepEqual(
        [end.state, end.content, end.attempts, end.lastError?.code],
        ["succeeded", { count: times }, times, "PLUGIN_CRASHED"],
      );
      const each = Array.from({ length: times }, () => ["running", "retrying", "pending"]).flat();
      assert.deepEqual(host.states(id), [...each, "running", "succeeded"]);
      assert.equal(host.logs("the plugin crashed").length, times);

      assert.deepEqual(host.states(neighbour), ["running"]);
      await host.engine.pauseJob(neighbour);
      const paused = await host.until(neighbour, ({ state }) => state === "paused");
      assert.equal(paused.attempts, 0);
    });
  }
});
