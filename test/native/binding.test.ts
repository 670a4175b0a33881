import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { Workshop } from "./support/compile.ts";
import { binding, entryFor, Host, infoFor, refuseCall } from "./support/host.ts";
import { eventually } from "./support/host-eventually.ts";

const workshop = new Workshop();
const library = workshop.probe();
after(() => workshop.remove());

describe("a native job, driven through the addon", { timeout: 60_000 }, () => {
  it("is submitted, admitted, stepped and finalized", async () => {
    const host = new Host().start(library);
    const row = await host.submit("cc");
    assert.deepEqual(row, {
      id: row.id,
      sequence: 1,
      type: "probe.script",
      plugin: "probe",
      priority: 0,
      key: null,
      startAt: 0,
      userData: null,
      createdAt: row.createdAt,
      maxAttempts: 0,
      backoffFirstMs: 0,
      backoffFactor: 0,
      awaited: false,
      backoffCapMs: 0,
      backoffJitter: 0,
      stepTimeoutMs: 0,
      progress: 0,
      content: '{"at":0}',
      hasReset: true,
      submittedState: null,
    });
    assert.equal(host.admit(entryFor(row)), true);
    assert.deepEqual(await host.next("started"), { kind: "started", id: row.id });
    const ended = await host.next("ended", row.id);
    assert.deepEqual(ended, {
      kind: "ended",
      id: row.id,
      outcome: { kind: "success" },
      stopReason: 1,
      sample: { progress: 2 / 3, content: '{"at":2}', state: null, tree: null },
      runtimeMs: ended.runtimeMs,
      hasPayload: true,
      finalized: false,
    });
    assert.equal(host.finalize(row.id), true);
    assert.deepEqual(await host.next("finalized"), { kind: "finalized", id: row.id });
    assert.equal(host.finalize(row.id), false);
    assert.deepEqual(host.core.counts(), { created: 1, finalized: 1, live: 0, owed: 0 });
    host.apply({ forget: [row.id] });
    assert.equal(host.close(), true);
  });

  it("is finalized where it succeeds, and only there, if nobody needs it after that", async () => {
    const host = new Host().start(library);
    for (const [script, finalized] of [
      ["cc", true],
      ["f", false],
    ] as const) {
      const row = await host.submit(script);
      host.admit(entryFor(row, { finalizeSuccess: true }));
      assert.equal((await host.next("ended", row.id)).finalized, finalized);
      // The end is told before: a finalize that takes long keeps no news back.
      if (finalized) await eventually(() => host.core.counts().finalized === 1);
      assert.equal(host.finalize(row.id), !finalized);
    }
    await host.next("finalized");
    assert.deepEqual(host.core.counts(), { created: 2, finalized: 2, live: 0, owed: 0 });
    assert.equal(host.close(), true);
  });

  it("tells why it failed, and when it is to be retried", async () => {
    const host = new Host().start(library);
    const failed = await host.submit("f");
    host.admit(entryFor(failed));
    assert.deepEqual((await host.next("ended", failed.id)).outcome, {
      kind: "failure",
      code: "PROBE_FAILED",
      message: "it was told to fail",
      retryable: false,
    });
    const retried = await host.submit("r");
    host.admit(entryFor(retried));
    const { outcome } = await host.next("ended", retried.id);
    assert.deepEqual(outcome, { kind: "retry", afterMs: 5 });
    host.core.stop(retried.id, 4);
    const stopped = await host.next("stopped");
    assert.deepEqual([stopped.id, stopped.reason], [retried.id, 4]);
    assert.equal(host.close(), true);
  });

  it("is revived from bytes, or belongs to nobody", async () => {
    const host = new Host().start(library);
    const row = { ...(await host.submit("s")), id: "revived", sequence: 7 };
    const state = new Uint8Array(Buffer.from("1:cc"));
    host.admit(entryFor(row, { state }));
    const ended = await host.next("ended", "revived");
    assert.deepEqual(ended.outcome, { kind: "success" });
    assert.deepEqual(ended.sample.state, new Uint8Array(Buffer.from("2:cc")));
    host.admit(entryFor({ ...row, id: "stranger", type: "nobody.knows" }, { state }));
    assert.deepEqual((await host.next("ended", "stranger")).outcome, { kind: "not-mine" });
    assert.equal(host.close(), true);
  });

  it("ends when it is asked to, and may be recalled as long as it waits", async () => {
    const host = new Host({ slots: 1 }).start(library);
    const waiting = await host.submit("s");
    const running = await host.hold("h");
    host.admit(entryFor(waiting));
    assert.equal(host.core.request(waiting.id, "recall"), "removed");
    assert.equal(host.core.request(waiting.id, "cancel"), "absent");
    assert.equal(host.core.request(running.id, "cancel"), "begun");
    assert.equal((await host.next("ended", running.id)).stopReason, 4);
    assert.equal(host.core.takeBack(running.id), false);
    assert.equal(host.close(), true);
  });

  it("goes on where a pause is taken back before it was honoured", async () => {
    const host = new Host().start(library);
    const { id } = await host.hold("x");
    assert.equal(host.core.request(id, "pause"), "begun");
    assert.equal(host.core.takeBack(id), true);
    assert.equal(await host.ask("POST", "/probe/release"), "0");
    assert.deepEqual((await host.next("ended", id)).outcome, { kind: "success" });
    assert.equal(host.close(), true);
  });

  it("leaves a slot to a job of another runner until that gives it back", async () => {
    const host = new Host({ slots: 1 }).start(library);
    const row = await host.submit("s");
    host.admit(entryFor({ ...row, id: "loop", sequence: 0 }, { native: false }));
    host.admit(entryFor(row));
    assert.deepEqual(await host.next("granted"), { kind: "granted", id: "loop" });
    assert.equal(host.core.request(row.id, "recall"), "removed");
    host.admit(entryFor(row));
    assert.equal(host.core.release(row.id), false);
    assert.equal(host.core.release("loop"), true);
    await host.next("ended", row.id);
    assert.equal(host.close(), true);
  });

  it("gives numbers that never come twice", () => {
    const host = new Host();
    assert.equal(host.core.nextSequence(), 1);
    host.core.startSequence(100);
    assert.equal(host.core.nextSequence(), 100);
    assert.notEqual(host.core.number, new Host().core.number);
    host.close();
  });
});

describe("a native core", { timeout: 60_000 }, () => {
  it("wakes the loop once for what comes together", async () => {
    const host = new Host().start(library);
    await host.submit("s");
    const before = host.wakes;
    host.core.drain(true);
    const row = await host.submit("s");
    host.admit(entryFor(row));
    await host.next("ended");
    // Everything may have been drained before the loop gets to it.
    await eventually(() => host.wakes > before);
    assert.ok(host.wakes < before + 20);
    assert.equal(host.close(), true);
  });

  it("may be destroyed by the function that it wakes", async () => {
    const alive = setInterval(() => {}, 1_000_000);
    const wakes = await new Promise<number>((resolve) => {
      let count = 0;
      const core = binding().createCore({
        slots: 1,
        durable: false,
        history: 10,
        limitJobs: 0,
        stepGraceMs: 5_000,
        config: "{}",
        ownCodes: [],
        call: refuseCall,
        wake: () => {
          count++;
          core.destroy();
          setImmediate(() => resolve(count));
        },
      });
      core.load(library);
      core.startLibrary("probe");
    });
    clearInterval(alive);
    assert.equal(wakes, 1);
  });

  it("throws a TypeError that names the argument", () => {
    const { core } = new Host();
    const nothing = undefined as never;
    const orders = { publish: [], finalize: [], forget: [], admit: [] };
    wrong(() => core.apply(nothing), /^orders must be an object/);
    wrong(() => core.apply({ ...orders, admit: 1 as never }), /^orders\.admit must be an array/);
    wrong(() => core.apply({ ...orders, admit: [1] }), /^orders\.admit must be a string/);
    wrong(() => core.request("x", "stop" as never), /^request must be/);
    wrong(() => core.answer(Number.NaN, 0, null), /^ticket must be/);
    wrong(() => core.answer(1, 2 ** 40, null), /^status must be a 32-bit integer/);
    wrong(() => core.startRequest({ method: "GET", path: "/" } as never), /^request\.query/);
    wrong(() => core.apply({ ...orders, publish: ["x", "y", "z"] }), /^orders\.publish must be a/);
    wrong(
      () => core.answer(1, 0, { ...infoFor("x", 1), progress: "1" as never }),
      /^info\.progress/,
    );
    wrong(() => core.load(nothing), /^path must be a string/);
    wrong(() => Reflect.apply(Reflect.get(core, "drain"), {}, []), /Illegal invocation/);
    wrong(() => new Host({ slots: "2" as never }), /^options\.slots must be a number/);
    wrong(() => new Host({ call: 1 as never }), /^options\.call must be a function/);
    core.destroy();
  });

  it("is left alone by a step that never returns, and survives being let go", async () => {
    const host = new Host().start(library);
    await host.hold("x");
    assert.equal(host.core.quiet(), false);
    host.core.beginClose();
    assert.equal(host.core.finishClose(50), false);
    assert.deepEqual(host.core.counts(), { created: 1, finalized: 0, live: 0, owed: 1 });
    host.core.destroy();
    // Another host of the same image lets the step return, which nobody hears of any more.
    const other = new Host().start(library);
    assert.equal(await other.ask("POST", "/probe/release"), "0");
    assert.equal(other.close(), true);
  });
});

function wrong(act: () => unknown, message: RegExp): void {
  assert.throws(act, { name: "TypeError", message });
}
