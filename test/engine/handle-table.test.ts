import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JobHandle, PluginHost } from "../../src/ports/plugin.ts";
import { Gate, ScriptedJob } from "../../src/testing/index.ts";
import { openTestEngine, type TestEngine } from "../support/engine-harness.ts";
import { StoreDouble } from "../support/store-double.ts";

type Call = (host: PluginHost, handle: JobHandle) => unknown;

const calls: Readonly<Record<string, Call>> = {
  submit: (host, handle) => host.submitJob(handle),
  "submit and wait": (host, handle) => host.submitJobAndWait(handle),
  free: async (host, handle) => host.freeJob(handle),
};

for (const [name, call] of Object.entries(calls)) {
  void describe(`${name}, with a handle that is`, () => {
    void it("live and the plugin's own: does it", async () => {
      await using engine = await openTestEngine();
      const { handle, job } = created(engine);
      await call(engine.host(), handle);
      await engine.drain();
      assert.equal(job.trace.at(-1), "finalize");
    });

    void it("another plugin's: NOT_YOURS", async () => {
      await using engine = await openTestEngine();
      const { handle, job } = created(engine);
      await refused(engine, call(engine.host("thief"), handle), "NOT_YOURS");
      await engine.host().submitJob(handle);
      await engine.drain();
      assert.equal(job.trace.at(-1), "finalize");
    });

    void it("being submitted: BUSY", async () => {
      const store = new StoreDouble();
      await using engine = await openTestEngine({ store });
      const { handle } = created(engine);
      store.hold();
      const submit = engine.host().submitJob(handle);
      await refused(engine, call(engine.host(), handle), "BUSY");
      store.release();
      await engine.until(await submit, "succeeded");
    });

    void it("submitted, with a payload: ALREADY_SUBMITTED", async () => {
      await using engine = await openTestEngine();
      const gate = new Gate();
      const { handle } = created(engine, gate);
      const id = await engine.host().submitJob(handle);
      await refused(engine, call(engine.host(), handle), "ALREADY_SUBMITTED");
      gate.open();
      await engine.until(id, "succeeded");
    });

    void it("finalized after its job: STALE_HANDLE", async () => {
      await using engine = await openTestEngine();
      const { handle } = created(engine);
      await engine.until(await engine.host().submitJob(handle), "succeeded");
      await engine.drain();
      await refused(engine, call(engine.host(), handle), "STALE_HANDLE");
    });

    void it("freed: STALE_HANDLE", async () => {
      await using engine = await openTestEngine();
      const { handle, job } = created(engine);
      engine.host().freeJob(handle);
      await refused(engine, call(engine.host(), handle), "STALE_HANDLE");
      assert.deepEqual(job.trace, ["finalize"]);
    });

    const forged: Readonly<Record<string, unknown>> = {
      "an object": {},
      "a number": 1,
      "a text": "handle",
      "a heir of a real one": null,
    };
    for (const [what, value] of Object.entries(forged)) {
      void it(`forged, ${what}: STALE_HANDLE`, async () => {
        await using engine = await openTestEngine();
        const { handle } = created(engine);
        const fake = (value ?? Object.create(handle)) as JobHandle;
        await refused(engine, call(engine.host(), fake), "STALE_HANDLE");
        engine.host().freeJob(handle);
      });
    }

    for (const nothing of [null, undefined]) {
      void it(`${String(nothing)}: INVALID_ARGUMENT`, async () => {
        await using engine = await openTestEngine();
        await refused(engine, call(engine.host(), nothing as never), "INVALID_ARGUMENT");
      });
    }
  });
}

function created(engine: TestEngine, gate?: Gate): { handle: JobHandle; job: ScriptedJob } {
  const steps = gate === undefined ? [] : [gate.before({ kind: "continue" } as const)];
  const job = new ScriptedJob({ steps, getSerialized: () => "state" });
  return { job, handle: engine.host().createJob(job.descriptor) };
}

async function refused(engine: TestEngine, call: unknown, code: string): Promise<void> {
  await assert.rejects(Promise.resolve(call), { name: "JobEngineError", code });
  engine.checkPayloads();
}
