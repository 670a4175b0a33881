import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Aggregator, Task, WorkerPool } from "../../src/progress.ts";
import { begun } from "./support/lab.ts";

const primes = new URL("support/primes.ts", import.meta.url);
const odd = new URL("support/odd-work.ts", import.meta.url);

describe("a pool of threads", () => {
  it("does more tasks than it has threads, in an aggregator, by weight", async () => {
    await using pool = new WorkerPool({ threads: 2 });
    const all = new Aggregator("all");
    const tasks = [1, 2, 3, 4, 5].map((weight) =>
      all.add(
        new Task<number>("p", primes, { worker: pool, data: { upTo: 1_000 * weight } }),
        weight,
      ),
    );
    await all.run();
    const found = await Promise.all(tasks.map((task) => task.run()));
    assert.deepEqual(found, [168, 303, 430, 550, 669]);
    assert.deepEqual([all.done, all.total], [1_500, 1_500]);
  });

  it("lets go of a task that is canceled while it waits, and replaces a thread that died", async () => {
    await using pool = new WorkerPool({ threads: 1 });
    const dying = new Task("dying", odd, { worker: pool, data: "rests" });
    const waiting = new Task<number>("waiting", primes, { worker: pool, data: { upTo: 10 } });
    const next = new Task("next", odd, { worker: pool, data: "dies later" });
    const last = new Task<number>("last", primes, { worker: pool, data: { upTo: 100 } });
    for (const task of [dying, waiting, next, last]) void task.run();
    waiting.cancel("no");
    assert.equal((await waiting.settled).state, "canceled");
    await begun(dying);
    dying.cancel();
    assert.equal((await next.settled).state, "failed");
    assert.equal(await last.run(), 25);
  });

  it("that is closed fails what runs and what waits, and takes no more", async () => {
    const pool = new WorkerPool({ threads: 1 });
    const tasks = ["one", "two"].map(
      (name) => new Task(name, odd, { worker: pool, data: "rests" }),
    );
    for (const task of tasks) void task.run();
    await Promise.all([pool.close(), pool.close()]);
    const late = new Task("late", odd, { worker: pool, data: "rests" });
    for (const task of [...tasks, late])
      await assert.rejects(task.run(), { code: "WORKER_FAILED" });
    assert.throws(() => new WorkerPool({ threads: 0 }), { code: "INVALID_ARGUMENT" });
  });

  it("ends each of 200 tasks once, though they are canceled while threads finish them", async () => {
    await using pool = new WorkerPool({ threads: 2 });
    const stories = await Promise.all(
      Array.from({ length: 200 }, async (_, race) => {
        const data = { upTo: 100 * (race % 7) };
        const task = new Task<number>(`${race}`, primes, { worker: pool, data });
        const told: string[] = [];
        task.on("state", (state) => told.push(state));
        task.on("cancel", () => told.push("cancel"));
        if (race % 2 === 0) task.on("log", () => task.cancel());
        else task.on("done", () => task.cancel());
        if (race % 11 === 0) queueMicrotask(() => task.cancel());
        void task.run();
        await task.settled;
        return told.join(" ");
      }),
    );
    const canceled = "running canceling cancel canceled";
    for (const story of stories) assert.ok([canceled, "running finished"].includes(story), story);
    assert.ok(stories.includes(canceled));
  });
});
