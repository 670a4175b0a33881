import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JobInfo } from "../../src/index.ts";
import { Crashers } from "./support/crashers.ts";
import { HurriedHost } from "./support/hurried-host.ts";

const crashers = new Crashers();

const hasEnded = ({ state }: JobInfo): boolean => state === "succeeded" || state === "failed";

for (const place of ["thread", "process", "native"] as const) {
  for (const kind of ["endless", "stuck"] as const) {
    describe(`an ${kind} step, ${place}`, { timeout: 60_000 }, () => {
      it("is ended with it when its time is over, and nobody else is charged", async () => {
        await using host = new HurriedHost({ slots: 2 });
        await crashers.add(host, "crasher", place);
        await host.begin();
        const steady = await host.submit("crasher", { kind: "steady", left: 1_500 });
        await host.until(steady, ({ state }) => state === "running");
        const id = await host.submit("crasher", { kind, stepTimeoutMs: 300, maxAttempts: 1 });

        const { state, error, attempts } = await host.until(id, hasEnded);
        assert.deepEqual([state, error?.code, attempts], ["failed", "STEP_TIMED_OUT", 1]);
        const beside = await host.until(steady, hasEnded);
        assert.deepEqual([beside.state, beside.attempts], ["succeeded", 0]);
        assert.equal(host.logs("the plugin crashed").length, 1);
      });
    });
  }
}

for (const place of ["thread", "native"] as const) {
  describe(`two stuck steps at a time, ${place}`, { timeout: 60_000 }, () => {
    it("are both charged, and nobody else: they are known", async () => {
      await using host = new HurriedHost({ slots: 3 });
      await crashers.add(host, "crasher", place);
      await host.begin();
      const steady = await host.submit("crasher", { kind: "steady", left: 1_500 });
      await host.until(steady, ({ state }) => state === "running");
      const stuck = { kind: "stuck", stepTimeoutMs: 300, maxAttempts: 1 };
      const ids = [await host.submit("crasher", stuck), await host.submit("crasher", stuck)];
      for (const id of ids) {
        assert.equal((await host.until(id, hasEnded)).error?.code, "STEP_TIMED_OUT");
      }
      const beside = await host.until(steady, hasEnded);
      assert.deepEqual([beside.state, beside.attempts], ["succeeded", 0]);
    });
  });
}

describe("an endless step on the loop of a native plugin", { timeout: 60_000 }, () => {
  it("is ended with its process: somebody else sees that its time is over", async () => {
    const settings = { crasher: { onLoop: 300 } };
    await using host = new HurriedHost({ slots: 2, settings, drainTimeoutMs: 100 });
    await crashers.add(host, "crasher", "native");
    await host.begin();
    const [job] = host.engine.jobs();
    assert(job !== undefined);
    const { state, error, attempts } = await host.until(job.id, hasEnded);
    assert.deepEqual([state, error?.code, attempts], ["failed", "STEP_TIMED_OUT", 1]);
  });
});
