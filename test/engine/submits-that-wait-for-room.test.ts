import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JobEngineError } from "../../src/core/errors.ts";
import { Gate, ScriptedJob } from "../../src/testing/index.ts";
import { openTestEngine } from "../support/engine-harness.ts";
import { openFullEngine } from "../support/full-engine.ts";

void describe("when as many jobs wait as may", () => {
  void it("submits wait, and are let in first come, first served", async () => {
    await using engine = await openFullEngine(2);
    const order: string[] = [];
    const submits = ["c", "d", "e"].map((name) =>
      engine.run({}, { userData: name }).then(() => order.push(name)),
    );
    await engine.drain();
    assert.equal(engine.engine.jobs().length, 3);
    await engine.open();
    await Promise.all(submits);
    assert.deepEqual(order, ["c", "d", "e"]);
    const shown = engine.engine.jobs().map(({ userData }) => userData);
    assert.deepEqual(shown, [null, 0, 1, "c", "d", "e"]);
  });

  void it("a submit that is not to wait is refused, and its handle is as good as before", async () => {
    await using engine = await openFullEngine(1);
    const job = new ScriptedJob();
    const handle = engine.host().createJob(job.descriptor);
    await assert.rejects(engine.host().submitJob(handle, { noWait: true }), { code: "QUEUE_FULL" });
    await engine.open();
    await engine.host().submitJob(handle, { noWait: true });
    await engine.drain();
    assert.deepEqual(job.trace, ["step", "stop:success", "finalize"]);
  });

  void it("a submit is given up by its signal, and others keep their turn", async () => {
    await using engine = await openFullEngine(1);
    const [first, second] = [new AbortController(), new AbortController()];
    const why = new Error("enough");
    const job = new ScriptedJob();
    const handle = engine.host().createJob(job.descriptor);
    const given = engine.host().submitJob(handle, { signal: first.signal });
    const other = engine.run({}, { signal: second.signal });
    await assert.rejects(engine.host().submitJob(handle), { code: "BUSY" });
    first.abort(why);
    await assert.rejects(given, why);
    engine.host().freeJob(handle);
    assert.deepEqual(job.trace, ["finalize"]);
    await assert.rejects(engine.run({}, { signal: first.signal }), why);
    await engine.open();
    const { id } = await other;
    second.abort(why);
    assert.equal((await engine.until(id, "succeeded")).error, null);
  });

  void it("who also waits for the end gives both up with one signal", async () => {
    await using engine = await openFullEngine(1);
    const controller = new AbortController();
    const host = engine.host();
    const handle = host.createJob(new ScriptedJob().descriptor);
    const waiting = host.submitJobAndWait(handle, {}, { signal: controller.signal });
    await engine.drain();
    controller.abort(new Error("enough"));
    await assert.rejects(waiting, /enough/);
    host.freeJob(handle);
  });

  void it("closing sends those away who wait", async () => {
    const engine = await openFullEngine(1);
    const handle = engine.host().createJob(new ScriptedJob().descriptor);
    const sentAway = assert.rejects(engine.host().submitJob(handle), { code: "CLOSING" });
    await engine.drain();
    const closing = engine.close();
    await sentAway;
    engine.host().freeJob(handle);
    await engine.open();
    await closing;
  });

  void it("a submit in a callback is refused at once", async () => {
    await using engine = await openTestEngine({ limitJobs: 1 });
    const said: string[] = [];
    const gate = new Gate();
    const step = async (): Promise<unknown> => {
      await engine.run({});
      const handle = engine.host().createJob(new ScriptedJob().descriptor);
      await engine
        .host()
        .submitJob(handle)
        .catch(({ code }: JobEngineError) => said.push(code));
      engine.host().freeJob(handle);
      await gate.pass();
      return { kind: "success" };
    };
    await engine.run({ steps: [step] });
    await gate.reached;
    assert.deepEqual(said, ["QUEUE_FULL"]);
    gate.open();
  });
});
