import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { ScriptedJob } from "../../src/testing/index.ts";
import { openTestEngine, type TestEngine } from "../support/engine-harness.ts";
import { StoreDouble } from "../support/store-double.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

void describe("a handle that was forgotten", () => {
  void it("is finalized when it is collected, with one warning that names it", async () => {
    await using engine = await openTestEngine();
    const job = new ScriptedJob({ type: "lost" });
    engine.host("forgetful").createJob(job.descriptor);
    await collected(engine, job);
    assert.deepEqual(job.trace, ["finalize"]);
    assert.deepEqual(engine.logged, [
      'a "lost" job of plugin "forgetful" finalized when its handle was garbage collected: ' +
        "submit or free each job",
    ]);
    assert.deepEqual(engine.engine.payloads, { created: 1, finalized: 1, live: 0, owned: 0 });
  });

  void it("changes nothing for the job that was submitted with it", async () => {
    await using engine = await openTestEngine();
    const { id, job } = await engine.run({ steps: [{ kind: "retry", afterMs: 10 }] });
    await engine.until(id, "retrying");
    await collected(engine, new ScriptedJob());
    assert.deepEqual(job.trace, ["step", "stop:retry"]);
    assert.deepEqual(engine.logged, []);
  });
});

void describe("a handle that is forgotten while it is being submitted", () => {
  void it("is not finalized: the submit goes on", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    const job = new ScriptedJob({ getSerialized: () => "state" });
    store.hold();
    const submit = engine.submit(job);
    await collected(engine, job);
    assert.deepEqual(job.trace, []);
    store.release();
    await engine.until(await submit, "succeeded");
    await engine.drain();
    assert.deepEqual(job.trace, ["step", "stop:success", "finalize"]);
  });
});

/** Collects until the job is finalized, or often enough to be sure that it will not be. */
async function collected(engine: TestEngine, job: ScriptedJob): Promise<void> {
  for (let tries = 0; tries < 4 && job.trace.length === 0; tries += 1) {
    // oxlint-disable-next-line no-await-in-loop -- what is collected is told in a later turn
    await engine.drain();
    collectGarbage();
  }
  await engine.drain();
}
