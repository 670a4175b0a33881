import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JobRun } from "../../src/ports/job.ts";
import type { PluginHost } from "../../src/ports/plugin.ts";
import { Gate, ScriptedJob, type Script } from "../../src/testing/index.ts";
import { temporaryFolder } from "../adapters/stores/temporary-folder.ts";
import { filesOf } from "../support/files-of.ts";
import { openTestEngine, type TestEngine } from "../support/engine-harness.ts";
import { StoreDouble } from "../support/store-double.ts";

const proceed = { kind: "continue" } as const;
const options = { stepTimeoutMs: 100, maxAttempts: 5 };

void describe("a step that does not return although its time is over", () => {
  void it("is left alone after its grace: its job has failed, its slot is free", async () => {
    await using engine = await openTestEngine();
    const { id, job, gate } = await stuck(engine);
    const next = await engine.run({});
    await engine.advance(5_099);
    assert.equal(engine.info(id).state, "running");
    await engine.advance(1);
    const info = await engine.until(id, "failed");
    assert.deepEqual(
      [info.error?.code, info.attempts, info.detached, info.runtimeMs],
      ["STEP_TIMED_OUT", 1, true, 5_100],
    );
    await engine.until(next.id, "succeeded");
    assert.deepEqual(job.trace, ["step"], "nothing is called beside the step");
    gate.open();
  });

  void it("is owed its stop and finalize, until it returns", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store, start: registerType });
    const { id, job, gate } = await stuck(engine, { getSerialized: () => "saved" });
    await engine.advance(5_100);
    assert.deepEqual(engine.engine.payloads, { created: 1, finalized: 0, live: 0, owned: 1 });
    gate.open();
    await engine.drain();
    assert.deepEqual(job.trace, ["step", "stop:timed-out", "finalize"]);
    assert.equal(engine.info(id).detached, false);
    const told = engine.events.at(-1);
    assert.ok(told?.kind === "changed" && told.job.id === id && told.from === "failed");
  });

  void it("keeps its job from being resubmitted as long as it steps", async () => {
    await using engine = await openTestEngine();
    const { id, job, gate } = await stuck(engine, { reset: () => undefined });
    await engine.advance(5_100);
    await assert.rejects(engine.host().resubmitJob(id), {
      code: "WRONG_STATE",
      message: /has not returned/,
    });
    gate.open();
    await engine.drain();
    assert.deepEqual(job.trace, ["step", "stop:timed-out"]);
    await engine.host().resubmitJob(id);
    await engine.until(id, "succeeded");
    assert.deepEqual(job.trace.slice(2), ["reset", "step", "stop:success", "finalize"]);
  });

  void it("is finalized when it returns if its job was deleted meanwhile", async () => {
    await using engine = await openTestEngine();
    const { id, job, gate } = await stuck(engine);
    await engine.advance(5_100);
    await engine.host().deleteJob(id);
    assert.throws(() => engine.info(id), { code: "NOT_FOUND" });
    assert.deepEqual(job.trace, ["step"]);
    gate.open();
    await engine.drain();
    assert.deepEqual(job.trace, ["step", "stop:timed-out", "finalize"]);
  });

  void it("changes nothing any more", async () => {
    await using folder = await temporaryFolder();
    await using engine = await openTestEngine({ outputs: folder.path });
    const gate = new Gate();
    const codes: unknown[] = [];
    const late = async (run: JobRun): Promise<unknown> => {
      const output = run.openOutput("late", "text/plain");
      await output.write("x");
      await gate.pass();
      const calls = [
        () => run.checkpoint("late"),
        () => run.putOutput("other", "text/plain", ""),
        () => output.close(),
        async () => run.setProgress(1, 2),
      ];
      for (const call of calls) codes.push(await call().then(() => "fine", codeOf));
      return { kind: "success" };
    };
    const { id } = await engine.run({ steps: [late] }, options);
    await gate.reached;
    await engine.advance(5_100);
    await engine.until(id, "failed");
    gate.open();
    await engine.drain();
    assert.deepEqual(
      codes,
      Array.from({ length: 4 }, () => "WRONG_STATE"),
    );
    const { state, progress } = engine.info(id);
    assert.deepEqual([state, progress], ["failed", 0]);
    await filesOf(folder.path, 0);
  });

  void it("is left alone by a closing engine, and let go when it returns", async () => {
    await using engine = await openTestEngine({ drainTimeoutMs: 500 });
    const { job, gate } = await stuck(engine);
    await engine.advance(5_100);
    await engine.close();
    assert.match(engine.logged.join(), /1 steps that took too long have not returned yet/);
    assert.deepEqual(job.trace, ["step"]);
    gate.open();
    await engine.drain();
    assert.deepEqual(job.trace, ["step", "stop:timed-out", "finalize"]);
  });

  void it("goes on at the next start if the engine closes before its grace is over", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store, drainTimeoutMs: 60_000 });
    const { id, job, gate } = await stuck(engine, { getSerialized: () => "saved" });
    await engine.advance(200);
    const closing = engine.engine.close();
    await engine.drain();
    await engine.advance(30_000);
    gate.open();
    await closing;
    assert.deepEqual(job.trace, ["step", "stop:closing", "finalize"]);
    const stored = [...store.records.values()].find((record) => record.id === id);
    assert.deepEqual([stored?.state.kind, stored?.attempts], ["pending", 0]);
  });
});

/** A job that stands in its first step until the gate is opened. */
async function stuck(
  engine: TestEngine,
  script: Script = {},
): Promise<{ id: string; job: ScriptedJob; gate: Gate }> {
  const gate = new Gate();
  const job = new ScriptedJob({ ...script, steps: [gate.before(proceed)] });
  const id = await engine.submit(job, options);
  await gate.reached;
  return { id, job, gate };
}

const registerType = (host: PluginHost): void => host.registerType("scripted", () => assert.fail());

const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown }).code;
