import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PluginHost } from "../../src/ports/plugin.ts";
import { Gate, type Script } from "../../src/testing/index.ts";
import { openTestEngine, type TestEngine } from "../support/engine-harness.ts";
import { StoreDouble } from "../support/store-double.ts";

const proceed = { kind: "continue" } as const;
const saved: Script = { getSerialized: () => "state" };

type Action = (host: PluginHost, id: string) => Promise<void>;

const actions: Readonly<
  Record<string, readonly ["pending" | "failed" | "paused", Action, string]>
> = {
  pause: ["pending", (host, id) => host.pauseJob(id), "paused"],
  cancel: ["pending", (host, id) => host.cancelJob(id), "failed"],
  resume: ["paused", (host, id) => host.resumeJob(id), "pending"],
  resubmit: ["failed", (host, id) => host.resubmitJob(id), "pending"],
  setPriority: ["pending", (host, id) => host.setPriority(id, 7), "pending"],
};

void describe("a store that refuses an action once", () => {
  for (const [name, [before, act, after]] of Object.entries(actions)) {
    void it(`is answered with STORE_FAILED, tried again, and told then: ${name}`, async () => {
      const store = new StoreDouble();
      await using engine = await openTestEngine({ store });
      const gate = await busy(engine);
      const { id } = await engine.run({ ...saved, reset: () => undefined });
      if (before === "paused") await engine.host().pauseJob(id);
      if (before === "failed") await engine.host().cancelJob(id);
      const told = engine.states(id);
      store.refuse();
      await assert.rejects(act(engine.host(), id), { code: "STORE_FAILED" });
      await engine.drain();
      assert.deepEqual(engine.states(id), told);
      assert.equal(stored(store, id)?.state.kind, before);
      await engine.advance(1_000);
      assert.equal(stored(store, id)?.state.kind, after);
      assert.deepEqual(engine.states(id), after === before ? told : [...told, after]);
      gate.open();
    });
  }

  void it("is answered with STORE_FAILED, tried again, and told then: delete", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    const { id } = await engine.run({ ...saved, steps: ["failure"] });
    await engine.until(id, "failed");
    store.refuse();
    await assert.rejects(engine.host().deleteJob(id), { code: "STORE_FAILED" });
    await engine.drain();
    assert.ok(engine.events.every(({ kind }) => kind !== "forgotten"));
    await engine.advance(1_000);
    assert.equal(store.records.size, 0);
    await engine.next("forgotten", (event) => event.id === id);
  });
});

void describe("a store that refuses an end once", () => {
  void it("keeps the payload, the waiters and the observers until it is written", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    const gate = new Gate();
    const { id, job } = await engine.run({
      ...saved,
      steps: [gate.before({ kind: "success" } as const)],
    });
    await gate.reached;
    const answers: string[] = [];
    const wait = engine
      .host()
      .waitJob(id)
      .then((end) => answers.push(end.state));
    store.refuse();
    gate.open();
    await engine.drain();
    assert.deepEqual(job.trace, ["step", "stop:success"]);
    assert.deepEqual(answers, []);
    assert.deepEqual(engine.states(id), ["running"]);
    await engine.advance(1_000);
    await wait;
    assert.deepEqual(answers, ["succeeded"]);
    assert.equal(job.trace.at(-1), "finalize");
    assert.equal(stored(store, id)?.state.kind, "succeeded");
  });

  void it("does not answer a wait that comes before it is written", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    const gate = new Gate();
    const { id } = await engine.run({
      ...saved,
      steps: [gate.before({ kind: "success" } as const)],
    });
    await gate.reached;
    store.hold();
    gate.open();
    await engine.drain();
    const answers: string[] = [];
    const wait = engine
      .host()
      .waitJob(id)
      .then((end) => answers.push(end.state));
    await engine.drain();
    assert.deepEqual(answers, []);
    store.release();
    await wait;
    assert.deepEqual(answers, ["succeeded"]);
  });
});

async function busy(engine: TestEngine): Promise<Gate> {
  const gate = new Gate();
  await engine.run({ steps: [gate.before(proceed)] });
  await gate.reached;
  return gate;
}

const stored = (store: StoreDouble, id: string) =>
  [...store.records.values()].find((record) => record.id === id);
