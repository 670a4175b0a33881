import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Gate, ScriptedJob } from "../../src/testing/index.ts";
import { openTestEngine } from "../support/engine-harness.ts";

const success = { kind: "success" } as const;

void describe("a wait for the end of a job", () => {
  void it("is answered when the job ends, also if it fails", async () => {
    await using engine = await openTestEngine();
    const { id } = await engine.run({ steps: ["retry", "failure"] });
    const wait = engine.host().waitJob(id);
    await engine.drain();
    await engine.advance(1_000);
    assert.equal((await wait).error?.code, "SCRIPTED");
  });

  void it("ends with TIMED_OUT when its time is over, and the job goes on", async () => {
    await using engine = await openTestEngine();
    const gate = new Gate();
    const { id } = await engine.run({ steps: [gate.before(success)] });
    const wait = engine.host().waitJob(id, { timeoutMs: 20 });
    await engine.advance(19);
    engine.clock.advance(1);
    await assert.rejects(wait, { code: "TIMED_OUT" });
    gate.open();
    await engine.until(id, "succeeded");
  });

  void it("ends when its signal fires, with the reason of that", async () => {
    await using engine = await openTestEngine();
    const gate = new Gate();
    const { id } = await engine.run({ steps: [gate.before(success)] });
    const controller = new AbortController();
    const wait = engine.host().waitJob(id, { signal: controller.signal });
    controller.abort(new Error("enough"));
    await assert.rejects(wait, { message: "enough" });
    await assert.rejects(engine.host().waitJob(id, { signal: controller.signal }), {
      message: "enough",
    });
    gate.open();
  });

  void it("leaves no alarm behind", async () => {
    await using engine = await openTestEngine();
    const { id } = await engine.run({});
    await engine.host().waitJob(id, { timeoutMs: 60_000 });
    assert.equal(engine.clock.alarms, 0);
  });

  const junk: Readonly<Record<string, unknown>> = {
    "a time below 0": { timeoutMs: -1 },
    "a time that is no number": { timeoutMs: Number.NaN },
    "a time that is a text": { timeoutMs: "5" },
    "no object": 5,
  };
  for (const [what, options] of Object.entries(junk)) {
    void it(`is refused with ${what}, before anything is submitted`, async () => {
      await using engine = await openTestEngine();
      const host = engine.host();
      const gate = new Gate();
      const { id } = await engine.run({ steps: [gate.before(success)] });
      await assert.rejects(host.waitJob(id, options as object), { code: "INVALID_ARGUMENT" });
      const handle = host.createJob(new ScriptedJob().descriptor);
      const wait = host.submitJobAndWait(handle, {}, options as object);
      await assert.rejects(wait, { code: "INVALID_ARGUMENT" });
      host.freeJob(handle);
      gate.open();
    });
  }
});
