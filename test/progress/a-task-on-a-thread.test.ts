import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Task, type ProgressWarning } from "../../src/progress.ts";
import { begun } from "./support/lab.ts";

const primes = new URL("support/primes.ts", import.meta.url);
const odd = new URL("support/odd-work.ts", import.meta.url);

function oddTask(way: string): { task: Task<unknown>; warnings: ProgressWarning[] } {
  const warnings: ProgressWarning[] = [];
  const onWarning = (warning: ProgressWarning): void => void warnings.push(warning);
  const task = new Task<unknown>(way, odd, { worker: true, data: way, onWarning });
  return { task, warnings };
}

describe("a task on a thread", () => {
  it("reports, logs and returns as one on the loop does, though it never rests", async () => {
    const data = { upTo: 1_000_000 };
    const task = new Task<number>("primes", primes, { worker: true, data });
    const seen: number[] = [];
    task.on("done", (done) => seen.push(done));
    assert.equal(await task.run(), 78_498);
    assert.deepEqual([task.state, task.done, task.total], ["finished", 1_000_000, 1_000_000]);
    assert.ok(seen.length >= 2, "it was told on the way");
    assert.deepEqual(
      seen,
      seen.toSorted((a, b) => a - b),
    );
    assert.deepEqual(
      task.logs().map(({ text }) => text),
      ["up to 1000000"],
    );
  });

  it("U9: computing without an end, is running, then canceling, then canceled with less than all", async () => {
    const data = { upTo: 2 ** 30, isEndless: true };
    const task = new Task<number>("primes", primes, { worker: true, data });
    void task.run();
    assert.equal(task.state, "running");
    await begun(task);
    assert.equal(task.cancel("enough"), true);
    assert.equal(task.state, "canceling");
    const outcome = await task.settled;
    assert.ok(outcome.state === "canceled" && outcome.reason === "enough");
    assert.ok(Number(outcome.partial?.value) > 0, "what it had found until then");
    assert.ok(task.done > 0 && task.done < 2 ** 30);
  });

  it("that rests hears of a cancel from its loop; one that tracks, from its items", async () => {
    for (const way of ["rests", "computes"]) {
      const { task } = oddTask(way);
      void task.run();
      await begun(task);
      task.cancel("enough");
      assert.deepEqual(await task.settled, {
        state: "canceled",
        reason: "enough",
        partial: null,
        error: null,
      });
    }
  });

  it("that is canceled at once never begins its work", async () => {
    const task = new Task<number>("primes", primes, { worker: true, data: { upTo: 10 } });
    void task.run();
    task.cancel("no");
    const outcome = await task.settled;
    assert.ok(outcome.state === "canceled" && outcome.partial === null);
    assert.deepEqual([task.done, task.logs()], [0, []]);
  });

  it("fails as one on the loop does, with the name and the code of what was thrown", async () => {
    const thrown = oddTask("throws").task;
    await assert.rejects(thrown.run(), {
      name: "RangeError",
      message: "out of range",
      code: "FAR",
    });
    const something = await oddTask("throws something")
      .task.run()
      .catch((error: unknown) => error);
    assert.deepEqual(something, { what: "something" });
    await assert.rejects(oddTask("cannot be cloned").task.run(), { name: "DataCloneError" });
    const clone = new Task("clone", odd, { worker: true, data: () => undefined });
    await assert.rejects(clone.run(), { name: "DataCloneError" });
  });

  it("whose thread dies, or whose module is none, fails with WORKER_FAILED and the cause", async () => {
    await assert.rejects(oddTask("dies later").task.run(), (error) => {
      assert.ok(error instanceof Error && "code" in error && error.code === "WORKER_FAILED");
      assert.match(String(error.cause), /nobody catches this/);
      return true;
    });
    const module = new URL("support/lab.ts", import.meta.url);
    await assert.rejects(new Task("none", module, { worker: true }).run(), {
      code: "WORKER_FAILED",
    });
    const absent = new URL("support/absent.ts", import.meta.url);
    await assert.rejects(new Task("absent", absent, { worker: true }).run(), /Cannot find module/);
  });

  it("is warned of once for each misuse, by its name", async () => {
    const { task, warnings } = oddTask("misuses its control");
    await task.run();
    const codes = warnings.map(({ code, name }) => `${name}: ${code}`);
    assert.deepEqual(
      codes.toSorted(),
      ["DONE_LOWERED", "NOT_A_NUMBER", "TOTAL_CHANGED"].map((code) => `${task.name}: ${code}`),
    );
    assert.match(warnings[0]?.message ?? "", /^"misuses its control" cannot have done NaN/);
  });
});

it("a task has a function, or a module with the option `worker`", () => {
  // @ts-expect-error a function cannot go to another thread
  assert.throws(() => new Task("t", () => 1, { worker: true }), { code: "INVALID_ARGUMENT" });
  // @ts-expect-error a module needs a thread
  assert.throws(() => new Task("t", primes), { code: "INVALID_ARGUMENT" });
});
