import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PluginHost } from "../../src/ports/plugin.ts";
import { Gate, ScriptedJob, type Script } from "../../src/testing/index.ts";
import { openTestEngine, type TestEngine } from "../support/engine-harness.ts";

const retryable = {
  kind: "failure",
  error: { code: "OWN", message: "" },
  retryable: true,
} as const;

void describe("a resubmit", () => {
  void it("resets the payload, in its slot, and steps it again", async () => {
    await using engine = await openTestEngine();
    const { id, job } = await failed(engine, { reset: () => undefined });
    await engine.host().resubmitJob(id);
    await engine.until(id, "succeeded");
    await engine.drain();
    assert.deepEqual(job.trace, [
      "step",
      "stop:failure",
      "reset",
      "step",
      "stop:success",
      "finalize",
    ]);
    assert.deepEqual(engine.states(id), ["running", "failed", "pending", "running", "succeeded"]);
  });

  void it("starts the count of attempts, the errors, the time and the progress anew", async () => {
    await using engine = await openTestEngine();
    const job = { steps: [retryable, "failure"], getProgress: () => 0.5, reset: () => undefined };
    const { id } = await engine.run(job as Script, { maxAttempts: 2 });
    await engine.until(id, "retrying");
    await engine.advance(1_000);
    assert.equal(engine.info(id).attempts, 1);
    const gate = new Gate();
    await engine.run({ steps: [gate.before({ kind: "success" } as const)] }, { priority: 1 });
    await gate.reached;
    await engine.host().resubmitJob(id);
    const { attempts, lastError, runtimeMs, progress, error, state } = engine.info(id);
    assert.deepEqual(
      { attempts, lastError, runtimeMs, progress, error, state },
      { attempts: 0, lastError: null, runtimeMs: 0, progress: 0, error: null, state: "pending" },
    );
    gate.open();
  });

  void it("without a reset, revives the state of the submit", async () => {
    const states: string[] = [];
    const start = reviving(states);
    await using engine = await openTestEngine({ start });
    let state = "at first";
    const steps = [() => ((state = "later"), { kind: "continue" }), "failure"] as const;
    const { id, job } = await failed(engine, { steps, getSerialized: () => state });
    await engine.host().resubmitJob(id);
    await engine.until(id, "succeeded");
    assert.deepEqual(states, ["at first"]);
    assert.equal(job.trace.at(-1), "finalize");
  });

  void it("with a reset, revives the last state if the payload is gone", async () => {
    const states: string[] = [];
    const revived: ScriptedJob[] = [];
    const start = reviving(states, revived);
    await using engine = await openTestEngine({ start });
    let state = "at first";
    const steps = [() => ((state = "later"), { kind: "continue" }), "failure"] as const;
    const script = { steps, getSerialized: () => state, reset: () => undefined };
    const { id } = await failed(engine, script);
    await engine.host().resubmitJob(id);
    await engine.until(id, "succeeded");
    await engine.drain();
    assert.deepEqual(states, ["later"]);
    assert.deepEqual(revived[0]?.trace, ["reset", "step", "stop:success", "finalize"]);
  });

  void it("is refused without a reset and without a state", async () => {
    await using engine = await openTestEngine();
    const { id, job } = await failed(engine, {});
    await assert.rejects(engine.host().resubmitJob(id), { code: "WRONG_STATE" });
    assert.equal(engine.info(id).state, "failed");
    assert.deepEqual(job.trace, ["step", "stop:failure"]);
  });

  void it("waits for the type if nobody can revive the job any more", async () => {
    await using engine = await openTestEngine();
    const { id } = await failed(engine, { getSerialized: () => "state" });
    await engine.host().resubmitJob(id);
    await engine.drain();
    assert.equal(engine.info(id).waitsForType, true);
    const host = engine.host();
    host.registerType("scripted", () => host.createJob(new ScriptedJob().descriptor));
    await engine.until(id, "succeeded");
  });

  void it("of a canceled job that never ran does the same", async () => {
    await using engine = await openTestEngine();
    const gate = new Gate();
    await engine.run({ steps: [gate.before({ kind: "success" } as const)] });
    const { id, job } = await engine.run({ reset: () => undefined });
    await engine.host().cancelJob(id);
    await engine.host().resubmitJob(id);
    gate.open();
    await engine.until(id, "succeeded");
    assert.deepEqual(job.trace.slice(0, 3), ["stop:canceled", "reset", "step"]);
  });

  void it("fails the job again if its reset throws", async () => {
    await using engine = await openTestEngine();
    const { id, job } = await failed(engine, {
      reset: () => Promise.reject(new Error("cannot")),
    });
    await engine.host().resubmitJob(id);
    await engine.drain();
    assert.deepEqual(engine.info(id).error, { code: "RESET_FAILED", message: "cannot" });
    assert.deepEqual(job.trace.slice(2), ["reset", "stop:failure"]);
  });
});

async function failed(
  engine: TestEngine,
  script: Script,
): Promise<{ id: string; job: ScriptedJob }> {
  const { id, job } = await engine.run({ steps: ["failure"], ...script });
  await engine.until(id, "failed");
  await engine.drain();
  return { id, job };
}

function reviving(states: string[], jobs: ScriptedJob[] = []): (host: PluginHost) => void {
  return (host) =>
    host.registerType("scripted", (_type, state) => {
      states.push(new TextDecoder().decode(state));
      const job = new ScriptedJob({ getSerialized: () => state, reset: () => undefined });
      jobs.push(job);
      return host.createJob(job.descriptor);
    });
}
