import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Job, StepResult, jobHost, notMine, type JobRun, type JsonValue } from "../../src/sdk.ts";
import { Gate } from "../../src/testing/index.ts";
import { openTestEngine } from "../support/engine-harness.ts";
import { idOf, savedRecordOf } from "../support/records.ts";
import { StoreDouble } from "../support/store-double.ts";

class Counting extends Job {
  readonly type = "counting";
  readonly trace: string[] = [];
  count: number;
  readonly gate: Gate | null;

  constructor(count: number, gate: Gate | null = null) {
    super();
    this.count = count;
    this.gate = gate;
  }

  async step(_run: JobRun): Promise<StepResult> {
    this.trace.push("step");
    await this.gate?.pass();
    this.count -= 1;
    return this.count > 0 ? StepResult.continue : StepResult.success;
  }

  override stop(reason: string): void {
    this.trace.push(`stop:${reason}`);
  }

  override getSerialized(): JsonValue {
    return { count: this.count };
  }

  override finalize(): void {
    this.trace.push("finalize");
  }
}

void describe("a job of a class", () => {
  void it("is stepped, stopped and finalized as the instance it is", async () => {
    await using engine = await openTestEngine();
    const job = new Counting(2);
    const end = await jobHost(engine.host()).submitAndWait(job);
    await engine.drain();
    assert.equal(end.state, "succeeded");
    assert.deepEqual(job.trace, ["step", "step", "stop:success", "finalize"]);
  });

  void it("cannot be submitted twice, but again after its end", async () => {
    await using engine = await openTestEngine();
    const host = jobHost(engine.host());
    const gate = new Gate();
    const job = new Counting(1, gate);
    const id = await host.submit(job);
    await assert.rejects(host.submit(job), { code: "ALREADY_SUBMITTED" });
    gate.open();
    await engine.until(id, "succeeded");
    await engine.drain();
    await engine.until(await host.submit(job), "succeeded");
  });

  void it("is still its owner's when the submit is refused: not finalized", async () => {
    const store = new StoreDouble();
    await using engine = await openTestEngine({ store });
    const host = jobHost(engine.host());
    const job = new Counting(1);
    store.refuse();
    await assert.rejects(host.submit(job), { code: "STORE_FAILED" });
    assert.deepEqual(job.trace, []);
    assert.deepEqual(engine.engine.payloads, { created: 1, finalized: 1, live: 0, owned: 0 });
    await engine.until(await host.submit(job), "succeeded");
    await engine.drain();
    assert.deepEqual(job.trace, ["step", "stop:success", "finalize"]);
  });

  void it("is the engine's when only the wait for its end failed", async () => {
    await using engine = await openTestEngine();
    const gate = new Gate();
    const job = new Counting(1, gate);
    const wait = jobHost(engine.host()).submitAndWait(job, {}, { timeoutMs: 5 });
    await gate.reached;
    engine.clock.advance(5);
    await assert.rejects(wait, { code: "TIMED_OUT" });
    gate.open();
    await engine.drain();
    assert.deepEqual(job.trace, ["step", "stop:success", "finalize"]);
  });

  void it("is made again from its JSON", async () => {
    const job = new Counting(0);
    const store = new StoreDouble([savedRecordOf(1, '{"count":3}', { type: "counting" })]);
    await using engine = await openTestEngine({
      store,
      start: (host) =>
        jobHost(host).registerJob("counting", (state) => {
          job.count = (state as { count: number }).count;
          return job;
        }),
    });
    await engine.until(idOf(1), "succeeded");
    await engine.drain();
    assert.deepEqual(job.trace, ["step", "step", "step", "stop:success", "finalize"]);
  });

  const answers: Readonly<Record<string, readonly [unknown, string]>> = {
    "that it is not its own": [notMine, "pending"],
    nothing: [undefined, "failed"],
    "a text": ["job", "failed"],
  };
  for (const [what, [answer, state]] of Object.entries(answers)) {
    void it(`is ${state} if its plugin answers ${what}`, async () => {
      const store = new StoreDouble([savedRecordOf(1, "{}", { type: "counting" })]);
      await using engine = await openTestEngine({
        store,
        start: (host) => jobHost(host).registerJob("counting", () => answer as Counting),
      });
      await engine.drain();
      const { error } = engine.info(idOf(1));
      assert.equal(engine.info(idOf(1)).state, state);
      if (error === null) return;
      assert.equal(error.code, "CANNOT_REVIVE");
      assert.match(error.message, /must answer a Job or notMine/);
    });
  }
});
