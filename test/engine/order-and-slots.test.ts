import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Gate, type Script } from "../../src/testing/index.ts";
import { openTestEngine, type TestEngine } from "../support/engine-harness.ts";

const proceed = { kind: "continue" } as const;

void describe("jobs that wait for a slot", () => {
  void it("run in the order of submission if their priority is equal", async () => {
    await using engine = await openTestEngine();
    const { names, open } = await busy(engine);
    for (const name of ["a", "b", "c"]) await engine.run(named(names, name));
    await open();
    assert.deepEqual(names, ["a", "b", "c"]);
  });

  void it("run by priority first, higher before lower, below zero last", async () => {
    await using engine = await openTestEngine();
    const { names, open } = await busy(engine);
    for (const priority of [0, -1, 5, 0, 2_147_483_647, -2_147_483_648]) {
      await engine.run(named(names, String(priority)), { priority });
    }
    await open();
    assert.deepEqual(names, ["2147483647", "5", "0", "0", "-1", "-2147483648"]);
  });

  void it("keep their place over pause and resume", async () => {
    await using engine = await openTestEngine();
    const { names, open } = await busy(engine);
    const { id } = await engine.run(named(names, "first"));
    await engine.run(named(names, "second"));
    await engine.host().pauseJob(id);
    await engine.host().resumeJob(id);
    await open();
    assert.deepEqual(names, ["first", "second"]);
  });

  void it("get a new place when they are resubmitted", async () => {
    await using engine = await openTestEngine();
    const { names, open } = await busy(engine);
    const { id } = await engine.run({ ...named(names, "first"), reset: () => undefined });
    await engine.run(named(names, "second"));
    await engine.host().cancelJob(id);
    await engine.host().resubmitJob(id);
    await open();
    assert.deepEqual(names, ["second", "first"]);
  });

  void it("come back to their old place when a retry is due", async () => {
    await using engine = await openTestEngine();
    const names: string[] = [];
    const retry = { kind: "retry", afterMs: 100 } as const;
    const { id } = await engine.run({ steps: [retry, named(names, "first").steps[0]] });
    await engine.until(id, "retrying");
    const { open } = await busy(engine, names);
    await engine.run(named(names, "second"));
    await engine.advance(100);
    await open();
    assert.deepEqual(names, ["first", "second"]);
  });

  void it("go where a new priority puts them", async () => {
    await using engine = await openTestEngine();
    const { names, open } = await busy(engine);
    await engine.run(named(names, "first"));
    const { id } = await engine.run(named(names, "second"));
    await engine.run(named(names, "third"));
    await engine.host().setPriority(id, 1);
    assert.equal(engine.info(id).priority, 1);
    await open();
    assert.deepEqual(names, ["second", "first", "third"]);
  });
});

void describe("the slots", () => {
  for (const slots of [1, 2, 7]) {
    void it(`run ${slots} jobs at once and no more`, async () => {
      await using engine = await openTestEngine({ slots });
      const gate = new Gate();
      let [now, most] = [0, 0];
      const step = async (): Promise<typeof proceed> => {
        most = Math.max(most, (now += 1));
        await gate.pass();
        now -= 1;
        return proceed;
      };
      for (let count = 0; count < 10; count += 1) await engine.run({ steps: [step] });
      await engine.drain();
      assert.equal(now, slots);
      gate.open();
      await engine.drain();
      assert.equal(most, slots);
      assert.equal(engine.engine.jobs().filter((job) => job.state === "succeeded").length, 10);
    });
  }

  void it("are given on when a job pauses, waits to retry, or fails", async () => {
    await using engine = await openTestEngine();
    const gate = new Gate();
    const paused = await engine.run({ steps: [gate.before(proceed)] });
    await gate.reached;
    await engine.host().pauseJob(paused.id);
    gate.open();
    const retrying = await engine.run({ steps: ["retry"] });
    const failed = await engine.run({ steps: ["failure"] });
    const last = await engine.run({});
    await engine.until(last.id, "succeeded");
    const states = [paused, retrying, failed].map(({ id }) => engine.info(id).state);
    assert.deepEqual(states, ["paused", "retrying", "failed"]);
  });
});

/** A job in the only slot, until it is opened; then everything runs. */
async function busy(
  engine: TestEngine,
  names: string[] = [],
): Promise<{ names: string[]; open: () => Promise<void> }> {
  const gate = new Gate();
  await engine.run({ steps: [gate.before(proceed)] });
  await gate.reached;
  const open = (): Promise<void> => {
    gate.open();
    return engine.drain();
  };
  return { names, open };
}

/** A job that tells its name when it is stepped. */
function named(names: string[], name: string): Script & { steps: [() => unknown] } {
  return { steps: [() => names.push(name) > 0 && { kind: "success" }] };
}
