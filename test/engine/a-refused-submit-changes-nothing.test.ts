import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { SubmitOptions } from "../../src/ports/job.ts";
import { ScriptedJob, type Script } from "../../src/testing/index.ts";
import { openTestEngine } from "../support/engine-harness.ts";
import { StoreDouble } from "../support/store-double.ts";

interface Refusal {
  readonly code: string;
  readonly options?: unknown;
  readonly script?: Script;
  /** How many commits the store refuses. */
  readonly refusals?: number;
  readonly isClosed?: boolean;
}

const fail = (): never => {
  throw new Error("a getter that fails");
};
const tooLarge = 1_048_577;

const refusals: Readonly<Record<string, Refusal>> = {
  "options that are none": { code: "INVALID_ARGUMENT", options: 3 },
  "an option nobody knows": { code: "INVALID_ARGUMENT", options: { prio: 1 } },
  "a priority that is no int32": { code: "INVALID_ARGUMENT", options: { priority: 2 ** 31 } },
  "no attempt at all": { code: "INVALID_ARGUMENT", options: { maxAttempts: 0 } },
  "a back-off that shrinks": { code: "INVALID_ARGUMENT", options: { backoff: { factor: 0.5 } } },
  "a step time-out below 0": { code: "INVALID_ARGUMENT", options: { stepTimeoutMs: -1 } },
  "a key that is empty": { code: "INVALID_ARGUMENT", options: { key: "" } },
  "a key that is too long": { code: "INVALID_ARGUMENT", options: { key: "k".repeat(256) } },
  "a delay below 0": { code: "INVALID_ARGUMENT", options: { startAfterMs: -1 } },
  "a delay of more than a hundred years": {
    code: "INVALID_ARGUMENT",
    options: { startAfterMs: 3_155_760_000_001 },
  },
  "user data that is no JSON": {
    code: "INVALID_ARGUMENT",
    options: { userData: () => 0 },
  },
  "user data that is too large": {
    code: "TOO_LARGE",
    options: { userData: "u".repeat(65_535) },
  },
  "a progress getter that throws": { code: "BAD_STATE_DATA", script: { getProgress: fail } },
  "a content getter that throws": { code: "BAD_STATE_DATA", script: { getContent: fail } },
  "a state getter that throws": { code: "BAD_STATE_DATA", script: { getSerialized: fail } },
  "content that is a promise": {
    code: "BAD_STATE_DATA",
    script: { getContent: (() => Promise.reject(new Error("late"))) as never },
  },
  "content that is a list": { code: "BAD_STATE_DATA", script: { getContent: () => [] as never } },
  "content that is no JSON": {
    code: "BAD_STATE_DATA",
    script: { getContent: () => ({ large: 1n }) as never },
  },
  "a state that is a number": {
    code: "BAD_STATE_DATA",
    script: { getSerialized: () => 5 as never },
  },
  "content that is too large": {
    code: "TOO_LARGE",
    script: { getContent: () => ({ text: "x".repeat(tooLarge) }) },
  },
  "a state that is too large": {
    code: "TOO_LARGE",
    script: { getSerialized: () => new Uint8Array(tooLarge) },
  },
  "a store that refuses": { code: "STORE_FAILED", refusals: 1 },
  "a host that is closed": { code: "CLOSING", isClosed: true },
};

void describe("a submit that is refused", () => {
  for (const [why, refusal] of Object.entries(refusals)) {
    void it(`leaves the job with its plugin: ${why}`, async () => {
      const store = new StoreDouble();
      await using engine = await openTestEngine({ store });
      const host = engine.host();
      const job = new ScriptedJob({ getSerialized: () => "state", ...refusal.script });
      const handle = host.createJob(job.descriptor);
      if (refusal.isClosed === true) await engine.close();
      store.refuse(refusal.refusals ?? 0);
      const submit = host.submitJob(handle, refusal.options as SubmitOptions);
      await assert.rejects(submit, { name: "JobEngineError", code: refusal.code });
      assert.deepEqual(engine.events, []);
      assert.deepEqual(engine.engine.jobs(), []);
      assert.equal(store.records.size, 0);
      host.freeJob(handle);
      assert.deepEqual(job.trace, ["finalize"]);
    });
  }

  void it("can be tried again with the same handle", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    const job = new ScriptedJob({ getSerialized: () => "state" });
    const handle = engine.host().createJob(job.descriptor);
    store.refuse();
    await assert.rejects(engine.host().submitJob(handle), { code: "STORE_FAILED" });
    await engine.until(await engine.host().submitJob(handle), "succeeded");
    await engine.drain();
    assert.deepEqual(job.trace, ["step", "stop:success", "finalize"]);
  });

  void it("does not end the engine's waiting for it: the end is nobody's", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    const host = engine.host();
    store.refuse();
    const job = new ScriptedJob({ getSerialized: () => "state" });
    const wait = host.submitJobAndWait(host.createJob(job.descriptor), {}, { timeoutMs: 10 });
    await assert.rejects(wait, { code: "STORE_FAILED" });
    assert.equal(engine.clock.alarms, 0);
  });
});

void describe("a store that refuses a job that cannot be saved", () => {
  void it("does not keep the job from running, and is told of", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    store.refuse();
    const { id } = await engine.run({});
    await engine.until(id, "succeeded");
    assert.deepEqual(engine.logged, [
      "the store refused the record of a job that is not serializable",
    ]);
  });
});
