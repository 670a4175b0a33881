import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Crashers, type CrashPlace } from "./support/crashers.ts";
import { HurriedHost } from "./support/hurried-host.ts";

const crashers = new Crashers();

/** How often in a row; each way in turn, or only one: for a long look at it. */
const given = process.env["BATON_CRASHES"];
const isLong = process.env["BATON_LONG"] === "1";
const only = process.env["BATON_CRASH_WAY"];

const ways = {
  thread: ["exit", "throw", "null", "reject", "heap"],
  process: ["abort", "exit", "heap", "kill", "segv"],
  native: ["abort", "exit", "heap", "kill", "segv", "thread"],
} as const;

/** A native one takes about a second for each. */
const timesOf = (place: CrashPlace): number =>
  Number(given ?? (place === "native" && !isLong ? 12 : 50));

/** What is said of a native plugin's end. */
const ends: Readonly<Record<string, RegExp>> = {
  abort: /died of SIGABRT/,
  exit: /ended with the code 7/,
  heap: /died of SIGABRT/,
  kill: /died of SIGKILL/,
  segv: /died of SIGSEGV/,
  thread: /died of SIGSEGV/,
};

describe("a plugin that crashes fifty times in a row", () => {
  for (const place of ["thread", "process", "native"] as const) {
    it(`costs no other plugin's job anything, ${place}`, { timeout: 600_000 }, async () => {
      const times = timesOf(place);
      await using host = new HurriedHost({ slots: 4 });
      await crashers.add(host, "crasher", place, 32);
      await crashers.add(host, "neighbour", place === "native" ? place : "process");
      await host.begin();
      const neighbour = await host.submit("neighbour", { kind: "steady", left: 1_000_000 });
      await host.until(neighbour, ({ state }) => state === "running");

      const one = only === undefined ? ways[place] : [only];
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
      const told = host.logs("the plugin crashed");
      assert.equal(told.length, times);
      if (place === "native") {
        for (const [at, way] of order.entries()) assert.match(told[at] ?? "", ends[way] ?? /^$/);
      }

      assert.deepEqual(host.states(neighbour), ["running"]);
      await host.engine.pauseJob(neighbour);
      const paused = await host.until(neighbour, ({ state }) => state === "paused");
      assert.equal(paused.attempts, 0);
    });
  }
});
