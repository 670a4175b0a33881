import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Gate } from "../../src/testing/index.ts";
import type { SubmitOptions } from "../../src/ports/job.ts";
import {
  openTestEngine,
  type TestEngine,
  type TestEngineOptions,
} from "../support/engine-harness.ts";

void describe("a limit for a type or a key", () => {
  void it("lets so many run, and the others in their order when there is room", async () => {
    const limits = { perKey: { "k:*": 2 } };
    await using engine = await openTestEngine({ slots: 10, limits });
    const jobs = await held(engine, ["a", "b", "c", "d"], { key: "k:1" });
    assert.deepEqual(jobs.running(), ["a", "b"]);
    await jobs.end("b");
    assert.deepEqual(jobs.running(), ["a", "c"]);
    await jobs.end("a");
    await jobs.end("c");
    assert.deepEqual(jobs.running(), ["d"]);
    await jobs.end("d");
  });

  void it("keeps nobody waiting behind those it holds", async () => {
    const limits = { perType: { slow: 1 }, perKey: { one: 1 } };
    await using engine = await openTestEngine({ slots: 4, limits });
    const slow = await held(engine, ["a", "b"], { priority: 5 }, "slow");
    const keyed = await held(engine, ["c", "d"], { priority: 4, key: "one" });
    const free = await held(engine, ["e", "f"], { key: "two" });
    assert.deepEqual([slow.running(), keyed.running(), free.running()], [["a"], ["c"], ["e", "f"]]);
    for (const [jobs, name] of [
      [free, "e"],
      [free, "f"],
      [slow, "a"],
      [keyed, "c"],
      [slow, "b"],
      [keyed, "d"],
    ] as const) {
      await jobs.end(name);
    }
  });

  void it("holds for a type and a key at once", async () => {
    const limits = { perType: { send: 2 }, perKey: { "*": 1 } };
    await using engine = await openTestEngine({ slots: 9, limits });
    const first = await held(engine, ["a", "b"], { key: "A" }, "send");
    const second = await held(engine, ["c", "d"], { key: "B" }, "send");
    const third = await held(engine, ["e"], { key: "C" }, "send");
    assert.deepEqual([first.running(), second.running(), third.running()], [["a"], ["c"], []]);
    await first.end("a");
    assert.deepEqual([first.running(), third.running()], [["b"], []]);
    await second.end("c");
    assert.deepEqual([second.running(), third.running()], [["d"], []]);
    await first.end("b");
    assert.deepEqual(third.running(), ["e"]);
    await third.end("e");
    await second.end("d");
  });

  void it("gives the place on when its holder is paused, retried or fails", async () => {
    const limits = { perKey: { k: 1 } };
    await using engine = await openTestEngine({ slots: 9, limits });
    const gate = new Gate();
    const paused = await engine.run({ steps: [gate.before({ kind: "continue" })] }, { key: "k" });
    await gate.reached;
    const retried = await engine.run({ steps: ["retry"] }, { key: "k" });
    const failed = await engine.run({ steps: ["failure"] }, { key: "k" });
    const last = await engine.run({}, { key: "k" });
    await engine.host().pauseJob(paused.id);
    gate.open();
    await engine.until(last.id, "succeeded");
    const states = [paused, retried, failed].map(({ id }) => engine.info(id).state);
    assert.deepEqual(states, ["paused", "retrying", "failed"]);
  });
});

void describe("the last place of a key, held by an entry that has not begun", () => {
  for (const [how, free] of [
    ["canceled", (engine: TestEngine, id: string) => engine.host().cancelJob(id)],
    ["paused", (engine: TestEngine, id: string) => engine.host().pauseJob(id)],
  ] as const) {
    void it(`goes to the next one when that is ${how}`, async () => {
      await using engine = await busy();
      const names: string[] = [];
      const { id } = await note(engine, names, "admitted", { key: "k" });
      await note(engine, names, "next", { key: "k" });
      await free(engine, id);
      await engine.open();
      assert.deepEqual(names, ["next"]);
    });
  }

  void it("goes to a job of higher priority", async () => {
    await using engine = await busy();
    const names: string[] = [];
    await note(engine, names, "admitted", { key: "k" });
    await note(engine, names, "other", {});
    await note(engine, names, "higher", { key: "k", priority: 1 });
    await note(engine, names, "highest", { key: "k", priority: 2 });
    await engine.open();
    assert.deepEqual(names, ["highest", "higher", "admitted", "other"]);
  });

  void it("goes to a job whose priority is raised", async () => {
    await using engine = await busy();
    const names: string[] = [];
    await note(engine, names, "admitted", { key: "k" });
    const { id } = await note(engine, names, "raised", { key: "k" });
    await engine.host().setPriority(id, 1);
    await engine.open();
    assert.deepEqual(names, ["raised", "admitted"]);
  });

  const both = { perType: { scripted: 1 }, perKey: { k: 1 } };

  void it("goes to nobody who would have to wait for a place of its type all the same", async () => {
    await using engine = await openTestEngine({ slots: 2, limits: both });
    const names: string[] = [];
    const ofType = await held(engine, ["type"], {});
    const other = await held(engine, ["slot"], {}, "another");
    await note(engine, names, "admitted", { key: "k" }, "another");
    await note(engine, names, "higher", { key: "k", priority: 1 });
    await other.end("slot");
    assert.deepEqual(names, ["admitted"]);
    await ofType.end("type");
    assert.deepEqual(names, ["admitted", "higher"]);
  });
});

/** Jobs that run until they are told to end. */
async function held(
  engine: TestEngine,
  names: readonly string[],
  options: SubmitOptions,
  type = "scripted",
): Promise<{ running: () => string[]; end: (name: string) => Promise<void> }> {
  const gates = new Map(names.map((name) => [name, new Gate()]));
  const running: string[] = [];
  for (const [name, gate] of gates) {
    const step = async (): Promise<unknown> => {
      running.push(name);
      await gate.pass();
      running.splice(running.indexOf(name), 1);
      return { kind: "success" };
    };
    await engine.run({ type, steps: [step] }, options);
  }
  await engine.drain();
  const end = (name: string): Promise<void> => {
    gates.get(name)?.open();
    return engine.drain();
  };
  return { running: () => running.toSorted(), end };
}

/** An engine whose only slot is taken, until it is opened. */
async function busy(
  limits: TestEngineOptions["limits"] = { perKey: { k: 1 } },
): Promise<TestEngine & { open: () => Promise<void> }> {
  const engine = await openTestEngine({ limits });
  const gate = new Gate();
  await engine.run({ steps: [gate.before({ kind: "success" } as const)] });
  await gate.reached;
  const open = (): Promise<void> => {
    gate.open();
    return engine.drain();
  };
  return Object.assign(engine, { open });
}

// oxlint-disable-next-line max-params -- reads as a sentence
function note(
  engine: TestEngine,
  names: string[],
  name: string,
  options: SubmitOptions,
  type = "scripted",
): Promise<{ id: string }> {
  return engine.run({ type, steps: [() => names.push(name) > 0 && { kind: "success" }] }, options);
}
