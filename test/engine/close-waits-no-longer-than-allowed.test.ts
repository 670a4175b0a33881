import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Gate, ScriptedJob } from "../../src/testing/index.ts";
import { openTestEngine } from "../support/engine-harness.ts";
import { StoreDouble } from "../support/store-double.ts";

const proceed = { kind: "continue" } as const;
const saved = { getSerialized: () => "state" };

void describe("a step that does not end while the engine closes", () => {
  void it("is waited for as long as the drain timeout says, and left alone then", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store, drainTimeoutMs: 700 });
    const gate = new Gate();
    const { job } = await engine.run({ ...saved, steps: [gate.before(proceed)] });
    await gate.reached;
    let isClosed = false;
    const closing = engine.engine.close().then(() => (isClosed = true));
    await engine.advance(699);
    assert.equal(isClosed, false);
    await engine.advance(1);
    await closing;
    assert.deepEqual(job.trace, ["step"]);
    assert.deepEqual(engine.engine.payloads, { created: 1, finalized: 0, live: 0, owned: 1 });
    assert.match(engine.logged.join(), /1 of the running jobs still step after 700 ms/);
    gate.open();
  });

  void it("is let go when it returns, and the store is not asked any more", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store, drainTimeoutMs: 5 });
    const gate = new Gate();
    const { job } = await engine.run({ ...saved, steps: [gate.before(proceed)] });
    await gate.reached;
    await engine.close();
    await store.close();
    const told = engine.events.length;
    gate.open();
    await engine.drain();
    await engine.advance(10_000);
    assert.deepEqual(job.trace, ["step", "stop:closing", "finalize"]);
    assert.equal(store.askedWhenClosed, 0);
    assert.equal(engine.events.length, told);
  });

  void it("cannot save a checkpoint any more", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store, drainTimeoutMs: 5 });
    const gate = new Gate();
    const outcome = Promise.withResolvers<unknown>();
    const { job } = await engine.run({
      ...saved,
      steps: [
        async (run) => {
          await gate.pass();
          outcome.resolve(await run.checkpoint("late").catch((error: unknown) => error));
          return proceed;
        },
      ],
    });
    await gate.reached;
    await engine.close();
    await store.close();
    gate.open();
    assert.equal(((await outcome.promise) as { code: string }).code, "CLOSING");
    await engine.drain();
    assert.equal(job.trace.at(-1), "finalize");
    assert.equal(store.askedWhenClosed, 0);
  });
});

void describe("a stop that does not end while the engine closes", () => {
  void it("is waited for no longer than a step", async () => {
    await using engine = await openTestEngine({ drainTimeoutMs: 30 });
    const [step, stop] = [new Gate(), new Gate()];
    await engine.run({ steps: [step.before(proceed)] });
    const { job } = await engine.run({ stop: () => stop.pass() });
    const closing = engine.engine.close();
    step.open();
    await stop.reached;
    await engine.advance(30);
    await closing;
    assert.deepEqual(job.trace, ["stop:closing"]);
    stop.open();
  });
});

void describe("a submit that is under way when the engine closes", () => {
  void it("is answered with its id, and its job is kept", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    store.hold();
    const job = new ScriptedJob(saved);
    const submit = engine.submit(job);
    const closing = engine.engine.close();
    await engine.drain();
    store.release();
    const id = await submit;
    await closing;
    assert.equal(engine.info(id).state, "pending");
    assert.deepEqual(job.trace, ["stop:closing", "finalize"]);
    assert.equal(store.records.size, 1);
  });

  void it("with a wait is answered with CLOSING, not left waiting", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    store.hold();
    const host = engine.host();
    const wait = host.submitJobAndWait(host.createJob(new ScriptedJob(saved).descriptor));
    const closing = engine.engine.close();
    store.release();
    await assert.rejects(wait, { code: "CLOSING" });
    await closing;
  });

  void it("and refused leaves the job with its plugin", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    store.hold();
    const job = new ScriptedJob(saved);
    const handle = engine.host().createJob(job.descriptor);
    const submit = engine.host().submitJob(handle);
    const closing = engine.engine.close();
    store.answer("refused");
    await assert.rejects(submit, { code: "STORE_FAILED" });
    await closing;
    engine.host().freeJob(handle);
    assert.deepEqual(job.trace, ["finalize"]);
  });
});
