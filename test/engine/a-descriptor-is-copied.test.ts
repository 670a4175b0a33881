import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ScriptedJob } from "../../src/testing/index.ts";
import { openTestEngine } from "../support/engine-harness.ts";

void describe("a descriptor", () => {
  void it("is taken with the callbacks it inherits from its class", async () => {
    await using engine = await openTestEngine();
    const job = new ScriptedJob();
    const inherits = Object.create(job.descriptor) as typeof job.descriptor;
    const id = await engine.host().submitJob(engine.host().createJob(inherits));
    await engine.until(id, "succeeded");
    await engine.drain();
    assert.deepEqual(job.trace, ["step", "stop:success", "finalize"]);
  });

  void it("may be changed afterwards, which changes nothing for the job", async () => {
    await using engine = await openTestEngine();
    const job = new ScriptedJob();
    const descriptor = { ...job.descriptor };
    const handle = engine.host().createJob(descriptor);
    Object.assign(descriptor, { finalize: undefined, step: undefined, type: "other" });
    const id = await engine.host().submitJob(handle);
    await engine.until(id, "succeeded");
    await engine.drain();
    assert.equal(engine.info(id).type, "scripted");
    assert.deepEqual(job.trace, ["step", "stop:success", "finalize"]);
  });
});
