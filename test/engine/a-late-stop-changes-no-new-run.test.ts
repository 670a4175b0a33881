import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Gate, ScriptedJob } from "../../src/testing/index.ts";
import { openTestEngine, type TestEngine } from "../support/engine-harness.ts";

const success = { kind: "success" } as const;
const textOf = (bytes: Uint8Array | null | undefined): string | null =>
  bytes ? new TextDecoder().decode(bytes) : null;

void describe("a stop that ends after its job was submitted again", () => {
  void it("leaves the new run the state that was submitted", async () => {
    await using late = await LateStop.open();
    const { engine, id, stop, slot, revived, old } = late;
    await engine.host().resubmitJob(id);
    stop.open();
    await engine.drain();
    assert.deepEqual(old.trace.slice(-2), ["stop:canceled", "finalize"]);
    assert.equal(engine.info(id).state, "pending");
    assert.equal(engine.info(id).progress, 0);
    assert.deepEqual(revived, []);
    slot.open();
    await engine.until(id, "succeeded");
    assert.deepEqual(revived, ["as submitted"]);
  });
});

void describe("a stop that ends after its job was submitted and canceled again", () => {
  void it("tells nothing of the life before", async () => {
    await using late = await LateStop.open();
    const { engine, id, stop, slot } = late;
    await engine.host().resubmitJob(id);
    await engine.host().cancelJob(id);
    stop.open();
    await engine.drain();
    assert.equal(engine.info(id).progress, 0);
    slot.open();
  });
});

void describe("a stop that ends late after a cancel", () => {
  void it("still tells how far its job has come", async () => {
    await using late = await LateStop.open();
    const { engine, id, stop, slot } = late;
    assert.equal(engine.info(id).progress, 0);
    stop.open();
    await engine.drain();
    assert.equal(engine.info(id).progress, 0.5);
    slot.open();
  });
});

/** A paused job, canceled, that still stands in its stop; another job holds the only slot. */
class LateStop implements AsyncDisposable {
  readonly engine: TestEngine;
  readonly slot: Gate = new Gate();
  readonly stop: Gate = new Gate();
  /** The states that were revived, in order. */
  readonly revived: (string | null)[] = [];
  readonly old: ScriptedJob;
  id = "";
  #progress = 0;

  private constructor(engine: TestEngine) {
    this.engine = engine;
    this.old = new ScriptedJob({
      stop: (reason) => (reason === "canceled" ? this.stop.pass() : undefined),
      getProgress: () => this.#progress,
      getSerialized: () => (this.#progress === 0 ? "as submitted" : "late"),
    });
  }

  static async open(): Promise<LateStop> {
    const late = new LateStop(await openTestEngine());
    await late.#begin();
    return late;
  }

  async #begin(): Promise<void> {
    const { engine, slot, stop } = this;
    const host = engine.host();
    host.registerType("scripted", (_type, state) => {
      this.revived.push(textOf(state));
      return host.createJob(new ScriptedJob({ getSerialized: () => state }).descriptor);
    });
    await engine.run({ type: "holder", steps: [slot.before(success)] });
    await slot.reached;
    this.id = await engine.submit(this.old);
    await host.pauseJob(this.id);
    await engine.drain();
    this.#progress = 0.5;
    await host.cancelJob(this.id);
    await stop.reached;
    assert.equal(engine.info(this.id).state, "failed");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.engine[Symbol.asyncDispose]();
  }
}
