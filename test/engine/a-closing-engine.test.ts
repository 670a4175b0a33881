import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Gate, ScriptedJob } from "../../src/testing/index.ts";
import { openTestEngine } from "../support/engine-harness.ts";

void describe("a closing engine", () => {
  void it("answers CLOSING to all that wait", async () => {
    await using engine = await openTestEngine();
    const host = engine.host();
    const gate = new Gate();
    const { id } = await engine.run({ steps: [gate.before({ kind: "continue" } as const)] });
    const waits = [
      host.waitJob(id),
      host.waitJob(id, { timeoutMs: 5 }),
      host.submitJobAndWait(host.createJob(new ScriptedJob().descriptor)),
    ];
    await engine.drain();
    const closing = engine.engine.close();
    for (const wait of waits) await assert.rejects(wait, { code: "CLOSING" });
    gate.open();
    await closing;
  });

  void it("refuses every call that would change something", async () => {
    await using engine = await openTestEngine();
    const host = engine.host();
    const { id } = await engine.run({ steps: ["failure"], reset: () => undefined });
    await engine.until(id, "failed");
    const handle = host.createJob(new ScriptedJob().descriptor);
    const closing = engine.engine.close();
    const calls: Readonly<Record<string, () => unknown>> = {
      create: async () => host.createJob(new ScriptedJob().descriptor),
      submit: () => host.submitJob(handle),
      register: async () => host.registerType("x", () => handle),
      cancel: () => host.cancelJob(id),
      pause: () => host.pauseJob(id),
      resume: () => host.resumeJob(id),
      resubmit: () => host.resubmitJob(id),
      delete: () => host.deleteJob(id),
      setPriority: () => host.setPriority(id, 1),
    };
    for (const [name, call] of Object.entries(calls)) {
      await assert.rejects(Promise.resolve(call()), { code: "CLOSING" }, name);
    }
    await closing;
    host.freeJob(handle);
  });

  void it("still answers what is", async () => {
    await using engine = await openTestEngine();
    const { id } = await engine.run({ steps: ["failure"] });
    await engine.until(id, "failed");
    await engine.engine.close();
    assert.equal((await engine.host().waitJob(id)).state, "failed");
    assert.equal(engine.engine.jobs().length, 1);
  });
});
