import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { StepResult } from "../../src/core/job-state.ts";
import type { JobInfo } from "../../src/ports/job.ts";
import { Gate, type Script } from "../../src/testing/index.ts";
import { openTestEngine, type TestEngine } from "../support/engine-harness.ts";

const later: StepResult = { kind: "retry", afterMs: 60_000 };

/** How a job gets into each state but the one that is woken. */
const others: Readonly<
  Record<
    Exclude<JobInfo["state"], "retrying">,
    (engine: TestEngine, gate: Gate) => Promise<{ readonly id: string }>
  >
> = {
  pending: (engine) => engine.run({}, { startAfterMs: 1_000 }),
  running: (engine, gate) => engine.run({ steps: [gate.before({ kind: "success" })] }),
  paused: async (engine) => {
    const { id } = await engine.run({ steps: [later] });
    await engine.until(id, "retrying");
    await engine.engine.pauseJob(id);
    return { id };
  },
  succeeded: (engine) => engine.run({}),
  failed: (engine) => engine.run({ steps: ["failure"] }),
};

/** A job that sleeps, and what has become of it so far is forgotten. */
async function asleep(engine: TestEngine, script: Script = { steps: [later] }): Promise<string> {
  const { id } = await engine.run(script);
  await engine.until(id, "retrying");
  return id;
}

void describe("a job that is woken", () => {
  void it("is pending at once if it waits for its time, and not a second time at that time", async () => {
    await using engine = await openTestEngine();
    const { id, job } = await engine.run({ steps: [later, { kind: "retry", afterMs: 90_000 }] });
    await engine.until(id, "retrying");
    await engine.advance(1_000);
    assert.equal(await engine.engine.wakeJob(id), true);
    const { dueAt } = await engine.until(id, "retrying");
    assert.equal(job.steps, 2);
    assert.equal(dueAt, engine.clock.now() + 90_000);
    await engine.advance(60_000);
    assert.equal(job.steps, 2);
    await engine.advance(30_000);
    assert.equal(engine.info(id).state, "succeeded");
  });

  void it("takes its old place, and no attempt", async () => {
    await using engine = await openTestEngine();
    const gate = new Gate();
    const names: string[] = [];
    const note = (name: string) => (): StepResult => (names.push(name), { kind: "success" });
    const sleeper = await asleep(engine, { steps: [later, note("woken")] });
    await engine.run({ steps: [gate.before({ kind: "success" })] });
    await engine.run({ steps: [note("younger")] });
    await engine.engine.wakeJob(sleeper);
    assert.equal(engine.info(sleeper).state, "pending");
    gate.open();
    await engine.drain();
    assert.deepEqual(names, ["woken", "younger"]);
    assert.equal(engine.info(sleeper).attempts, 0);
  });

  for (const [state, enter] of Object.entries(others)) {
    void it(`is told no, and left as it is, if it is ${state}`, async () => {
      await using engine = await openTestEngine();
      const gate = new Gate();
      const { id } = await enter(engine, gate);
      await engine.drain();
      const before = engine.info(id);
      assert.equal(before.state, state);
      assert.equal(await engine.engine.wakeJob(id), false);
      await engine.drain();
      assert.deepEqual(engine.info(id), before);
      gate.open();
    });
  }

  void it("is not there: NOT_FOUND; the engine is closed: CLOSING", async () => {
    const engine = await openTestEngine();
    const id = await asleep(engine);
    await assert.rejects(engine.engine.wakeJob("nobody"), { code: "NOT_FOUND" });
    await engine[Symbol.asyncDispose]();
    await assert.rejects(engine.engine.wakeJob(id), { code: "CLOSING" });
  });

  for (const order of ["wake, pause", "pause, wake"] as const) {
    void it(`stays paused by a pause in the same moment: ${order}`, async () => {
      await using engine = await openTestEngine();
      // It may have begun by then: it is paused when that step is over.
      const id = await asleep(engine, { steps: [later, "continue"] });
      const calls = {
        "wake, pause": () => [engine.engine.wakeJob(id), engine.engine.pauseJob(id)],
        "pause, wake": () => [engine.engine.pauseJob(id), engine.engine.wakeJob(id)],
      };
      await Promise.all<unknown>(calls[order]());
      await engine.until(id, "paused");
      await engine.advance(60_000);
      assert.equal(engine.info(id).state, "paused");
    });
  }
});
