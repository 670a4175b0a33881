import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { maxAdmitted } from "../../src/core/limits.ts";
import { Gate } from "../../src/testing/index.ts";
import { openTestEngine, type TestEngine } from "../support/engine-harness.ts";

void describe("a ready list that is full", () => {
  void it("gives up its last job for one of higher priority, and loses none", async () => {
    await using engine = await openTestEngine({ history: { succeeded: 1_000 } });
    const { names, open, submit } = await filled(engine);
    await submit("late and low", -1);
    await submit("late and high", 1);
    await submit("late and higher", 2);
    await open();
    assert.deepEqual(names.slice(0, 3), ["late and higher", "late and high", "job 0"]);
    assert.equal(names.at(-1), "late and low");
    assert.equal(names.length, maxAdmitted + 3 + 9);
    assert.deepEqual(names.slice(2, -1), inOrder(maxAdmitted + 9));
  });

  void it("lets go of jobs that are canceled or paused, and takes the next ones", async () => {
    await using engine = await openTestEngine({ history: { succeeded: 1_000 } });
    const { names, ids, open } = await filled(engine);
    await engine.host().cancelJob(String(ids[3]));
    await engine.host().pauseJob(String(ids[5]));
    await engine.host().cancelJob(String(ids[maxAdmitted + 4]));
    await open();
    const missing = new Set([3, 5, maxAdmitted + 4].map((number) => `job ${number}`));
    assert.deepEqual(
      names,
      inOrder(maxAdmitted + 9).filter((name) => !missing.has(name)),
    );
  });

  void it("gets every job behind it, also one that an observer resumes at once", async () => {
    await using engine = await openTestEngine({ history: { succeeded: 1_000 } });
    const { names, ids, open } = await filled(engine);
    engine.engine.observe((event) => {
      if (event.kind !== "changed" || event.job.state !== "paused") return;
      void engine.host().resumeJob(event.job.id);
    });
    await engine.host().pauseJob(String(ids[maxAdmitted + 4]));
    await open();
    assert.deepEqual(names, inOrder(maxAdmitted + 9));
  });

  void it("is kept in order when priorities change", async () => {
    await using engine = await openTestEngine({ history: { succeeded: 1_000 } });
    const { names, ids, open } = await filled(engine);
    await engine.host().setPriority(String(ids[maxAdmitted + 8]), 5);
    await engine.host().setPriority(String(ids[0]), -5);
    await open();
    assert.equal(names[0], `job ${maxAdmitted + 8}`);
    assert.equal(names.at(-1), "job 0");
  });
});

const inOrder = (count: number): string[] =>
  Array.from({ length: count }, (_, number) => `job ${number}`);

/** One job in the only slot, the list full behind it, and nine more in the engine's queue. */
async function filled(engine: TestEngine): Promise<{
  names: string[];
  ids: string[];
  open: () => Promise<void>;
  submit: (name: string, priority: number) => Promise<string>;
}> {
  const gate = new Gate();
  const names: string[] = [];
  await engine.run({ steps: [gate.before({ kind: "success" } as const)] });
  await gate.reached;
  const submit = async (name: string, priority: number): Promise<string> => {
    const step = (): unknown => names.push(name) > 0 && { kind: "success" };
    return (await engine.run({ steps: [step] }, { priority })).id;
  };
  const ids: string[] = [];
  for (const name of inOrder(maxAdmitted + 9)) ids.push(await submit(name, 0));
  const open = async (): Promise<void> => {
    gate.open();
    await engine.drain();
    await engine.drain();
  };
  return { names, ids, open, submit };
}
