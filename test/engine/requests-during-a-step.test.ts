import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { StepResult } from "../../src/core/job-state.ts";
import { Gate, type ScriptedJob, type ScriptedStep } from "../../src/testing/index.ts";
import { openTestEngine, type TestEngine } from "../support/engine-harness.ts";

type Ask = "pauseJob" | "cancelJob" | "resumeJob";

const asked: readonly {
  readonly name: string;
  readonly asks: readonly Ask[];
  /** What is shown while the step runs on. */
  readonly requested: "nothing" | "pause" | "cancel";
  readonly trace: readonly string[];
  readonly state: string;
}[] = [
  {
    name: "cancel ends it as canceled when the step returns",
    asks: ["cancelJob"],
    requested: "cancel",
    trace: ["step", "stop:canceled"],
    state: "failed",
  },
  {
    name: "pause pauses it when the step returns",
    asks: ["pauseJob"],
    requested: "pause",
    trace: ["step", "stop:paused"],
    state: "paused",
  },
  {
    name: "resume takes back a pause that was not honoured",
    asks: ["pauseJob", "resumeJob"],
    requested: "nothing",
    trace: ["step", "step", "stop:success", "finalize"],
    state: "succeeded",
  },
  {
    name: "cancel beats a pause before it",
    asks: ["pauseJob", "cancelJob"],
    requested: "cancel",
    trace: ["step", "stop:canceled"],
    state: "failed",
  },
  {
    name: "cancel beats a pause after it",
    asks: ["cancelJob", "pauseJob"],
    requested: "cancel",
    trace: ["step", "stop:canceled"],
    state: "failed",
  },
  {
    name: "pause after a pause taken back pauses it",
    asks: ["pauseJob", "resumeJob", "pauseJob"],
    requested: "pause",
    trace: ["step", "stop:paused"],
    state: "paused",
  },
];

void describe("a request while the job is stepped", () => {
  for (const { name, asks, requested, trace, state } of asked) {
    void it(name, async () => {
      await using engine = await openTestEngine();
      const { id, job, open } = await stepping(engine, "continue");
      for (const ask of asks) await engine.host()[ask](id);
      assert.equal(engine.info(id).requested, requested);
      assert.deepEqual(job.trace, ["step"]);
      await open();
      assert.deepEqual(job.trace, trace);
      assert.equal(engine.info(id).state, state);
    });
  }

  void it("is honoured instead of a retry", async () => {
    await using engine = await openTestEngine();
    const { id, job, open } = await stepping(engine, "retry");
    await engine.host().pauseJob(id);
    await open();
    assert.deepEqual(job.trace, ["step", "stop:paused"]);
    assert.equal(engine.info(id).state, "paused");
  });

  for (const result of ["success", "failure"] as const) {
    for (const ask of ["pauseJob", "cancelJob"] as const) {
      void it(`comes too late, if the step returns ${result}: ${ask}`, async () => {
        await using engine = await openTestEngine();
        const { id, job, open } = await stepping(engine, result);
        await engine.host()[ask](id);
        await open();
        assert.equal(job.trace[1], `stop:${result}`);
        assert.notEqual(engine.info(id).error?.code, "JOB_CANCELED");
      });
    }
  }

  void it("is told to observers", async () => {
    await using engine = await openTestEngine();
    const { id, open } = await stepping(engine, "continue");
    await engine.host().cancelJob(id);
    const event = await engine.next("changed", ({ job }) => job.requested === "cancel");
    assert.deepEqual([event.from, event.job.state], ["running", "running"]);
    await open();
  });

  void it("is refused if it takes back a cancel", async () => {
    await using engine = await openTestEngine();
    const { id, open } = await stepping(engine, "continue");
    await engine.host().cancelJob(id);
    await assert.rejects(engine.host().resumeJob(id), { code: "WRONG_STATE" });
    await open();
    assert.equal(engine.info(id).error?.code, "JOB_CANCELED");
  });
});

/** A job in the midst of its first step, which then answers `result`. */
async function stepping(
  engine: TestEngine,
  result: StepResult["kind"],
): Promise<{ id: string; job: ScriptedJob; open: () => Promise<void> }> {
  const gate = new Gate();
  const plain: Record<StepResult["kind"], StepResult> = {
    success: { kind: "success" },
    continue: { kind: "continue" },
    retry: { kind: "retry", afterMs: null },
    failure: { kind: "failure", error: { code: "OWN", message: "own" }, retryable: false },
  };
  const held: ScriptedStep = gate.before(plain[result]);
  const { id, job } = await engine.run({ steps: [held] });
  await gate.reached;
  const open = (): Promise<void> => {
    gate.open();
    return engine.drain();
  };
  return { id, job, open };
}
