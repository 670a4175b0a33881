import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JobInfo } from "../../src/index.ts";
import { Crashers, type CrashPlace } from "./support/crashers.ts";
import { HurriedHost } from "./support/hurried-host.ts";

const crashers = new Crashers();

const isRunning = ({ state }: JobInfo): boolean => state === "running";
const hasEnded = ({ state }: JobInfo): boolean => state === "succeeded" || state === "failed";

/** How many jobs are in which state, charged how often. */
function countOf(jobs: readonly JobInfo[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { state, attempts, waitsForType } of jobs) {
    const kind = `${state} ${attempts}${waitsForType ? " waits" : ""}`;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

async function open(place: CrashPlace, slots: number): Promise<HurriedHost> {
  const host = new HurriedHost({ slots });
  await crashers.add(host, "crasher", place);
  await host.begin();
  return host;
}

for (const place of ["thread", "process", "native"] as const) {
  describe(`a crash of a plugin, ${place}`, { timeout: 60_000 }, () => {
    it("costs the jobs that step one attempt, and those that wait nothing", async () => {
      await using host = await open(place, 2);
      const paused = await host.submit("crasher", { kind: "steady", left: 3 });
      await host.engine.pauseJob(paused);
      await host.until(paused, ({ state }) => state === "paused");
      const steady = { kind: "steady", left: 100, maxAttempts: 3 };
      const stepping = await host.submit("crasher", { ...steady, priority: 2 });
      await host.until(stepping, isRunning);
      const crash = { kind: "crash", ways: ["exit"], maxAttempts: 2, priority: 1 };
      const guilty = await host.submit("crasher", crash);
      const waiting = await host.submit("crasher", { kind: "steady", left: 3 });

      await host.until(guilty, hasEnded);
      await host.until(stepping, hasEnded);
      await host.until(waiting, hasEnded);
      await host.engine.resumeJob(paused);
      await host.until(paused, hasEnded);
      const ends = [guilty, stepping, waiting, paused].map((id) => host.engine.jobInfo(id));
      assert.deepEqual(
        ends.map(({ state, attempts, lastError }) => [state, attempts, lastError?.code ?? null]),
        [
          ["succeeded", 1, "PLUGIN_CRASHED"],
          ["succeeded", 1, "PLUGIN_CRASHED"],
          ["succeeded", 0, null],
          ["succeeded", 0, null],
        ],
      );
    });

    it("fails what has no attempt left, or cannot be saved", async () => {
      await using host = await open(place, 2);
      const fleeting = { kind: "fleeting", left: 1_000_000, maxAttempts: 9 };
      const stepping = await host.submit("crasher", { ...fleeting, priority: 2 });
      await host.until(stepping, isRunning);
      const held = await host.submit("crasher", fleeting);
      await host.engine.pauseJob(held);
      const guilty = await host.submit("crasher", { kind: "crash", ways: ["exit"], priority: 1 });
      const waiting = await host.submit("crasher", fleeting);
      for (const id of [stepping, held, guilty, waiting]) {
        const { state, error } = await host.until(id, hasEnded);
        assert.deepEqual([state, error?.code], ["failed", "PLUGIN_CRASHED"]);
      }
      assert.match(host.engine.jobInfo(held).error?.message ?? "", /could not be saved/);

      // From the beginning: its first state says that it has crashed as often as not at all.
      await host.engine.resubmitJob(guilty);
      const again = await host.until(guilty, (job) => hasEnded(job) && job.attempts === 1);
      assert.equal(again.error?.code, "PLUGIN_CRASHED");
    });

    it("costs nothing to those that wait, however many, but what cannot be saved fails", async () => {
      await using host = await open(place, 1);
      const holder = { kind: "steady", left: 1_000_000, maxAttempts: 2, priority: 1 };
      const running = await host.submit("crasher", holder);
      await host.until(running, isRunning);
      // More than stand admitted before the slot.
      await host.request("POST /crasher", {}, { kind: "steady", count: 200 });
      await host.request("POST /crasher", {}, { kind: "fleeting", count: 200 });
      const crash = host.request("GET /crasher/crash/{way}", { way: "exit" });
      await assert.rejects(crash, { code: "PLUGIN_CRASHED" });
      const others = host.engine.jobs().filter(({ id }) => id !== running);
      assert.deepEqual(countOf(others), { "pending 0 waits": 200, "failed 0": 200 });
      await host.logged("runs again");
      await host.until(running, isRunning);
      await host.engine.cancelJob(running);
      for (const { id } of others) await host.until(id, hasEnded);
      const ended = host.engine.jobs().filter(({ id }) => id !== running);
      assert.deepEqual(countOf(ended), { "succeeded 0": 200, "failed 0": 200 });
    });

    it("charges nobody else any more when a job has crashed twice", async () => {
      await using host = await open(place, 3);
      const steady = { kind: "steady", left: 400, maxAttempts: 50 };
      const beside = await host.submit("crasher", steady);
      await host.until(beside, isRunning);
      const ways = Array.from({ length: 8 }, () => "exit");
      const guilty = await host.submit("crasher", { kind: "crash", ways, maxAttempts: 50 });
      assert.equal((await host.until(guilty, hasEnded)).attempts, 8);
      const { attempts } = await host.until(beside, hasEnded);
      assert.ok(attempts >= 1 && attempts <= 2, `its neighbour was charged ${attempts} times`);
    });

    it("is followed by another life, each later than the one before", async () => {
      await using host = await open(place, 1);
      const ways = Array.from({ length: 11 }, () => "exit");
      const id = await host.submit("crasher", { kind: "crash", ways, maxAttempts: 12 });
      assert.equal((await host.until(id, hasEnded)).state, "succeeded");
      const delays = host.logs("started again in").map((text) => /in (\d+) ms/.exec(text)?.[1]);
      const expected = [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000];
      assert.deepEqual(delays.map(Number), expected);
    });

    it("answers a request that is under way, and those that come meanwhile", async () => {
      await using host = await open(place, 1);
      const route = "GET /crasher/crash/{way}";
      await assert.rejects(host.request(route, { way: "exit" }), { code: "PLUGIN_CRASHED" });
      await assert.rejects(host.request(route, { way: "exit" }), { code: "PLUGIN_CRASHED" });
      await host.logged("the plugin crashed");
      await host.logged("runs again");
      assert.equal(String(await host.request(route, { way: "none" })), "still here");
    });
  });
}
