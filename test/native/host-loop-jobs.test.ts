import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import { again, LooperHost, success } from "./support/host-looper.ts";
import { HostWorkshop } from "./support/host-workshop.ts";

const workshop = new HostWorkshop();
let addon = "";
before(() => void (addon = workshop.addon("looper")));
after(() => workshop.remove());

describe("a native job on the loop", { timeout: 60_000 }, () => {
  it("has its steps call JavaScript", async () => {
    await using one = await LooperHost.open(addon);
    const seen: (readonly [string, number])[] = [];
    one.looper.onStep((name, at) => {
      seen.push([name, at]);
      return at < 3 ? again : success;
    });
    const id = one.looper.submit("counts");
    await one.events.reached(id, "succeeded");
    assert.deepEqual(seen, [
      ["counts", 1],
      ["counts", 2],
      ["counts", 3],
    ]);
    assert.deepEqual(one.host.jobs()[0]?.content, { name: "counts", at: 3 });
    await one.close();
    assert.equal(one.looper.strays(), 0);
  });

  it("fails of what a step throws, and the next job is none the wiser", async () => {
    await using one = await LooperHost.open(addon);
    const thrown: Readonly<Record<string, unknown>> = {
      error: new Error("no bread"),
      text: "just words",
      nothing: null,
      nasty: {
        toString() {
          throw new Error("no text either");
        },
      },
    };
    one.looper.onStep((name) => {
      if (name in thrown) throw thrown[name];
      return success;
    });
    const said = [];
    for (const name of Object.keys(thrown)) {
      const id = one.looper.submit(name);
      await one.events.reached(id, "failed");
      const error = one.host.jobs().find((job) => job.id === id)?.error;
      said.push(`${error?.code}: ${error?.message}`);
    }
    assert.deepEqual(said, [
      "STEP_THREW: no bread",
      "STEP_THREW: just words",
      "STEP_THREW: null",
      "STEP_THREW: an exception of JavaScript without a text",
    ]);
    await one.events.reached(one.looper.submit("good"), "succeeded");
  });

  it("only warns of what its stop throws", async () => {
    await using one = await LooperHost.open(addon);
    one.looper.onStep(() => success);
    one.looper.onStop(() => {
      throw new Error("no end");
    });
    await one.events.reached(one.looper.submit("x"), "succeeded");
    const text = "stop of a job of type looper threw: no end";
    const event = await one.events.first((e) => e.kind === "logged" && e.text === text);
    assert.equal(event.kind === "logged" && event.level, "warning");
    one.looper.onStop(() => 0);
  });

  it("leaves the loop to timers, and its turn to the next such job", async () => {
    await using one = await LooperHost.open(addon, { concurrentJobs: 2 });
    const steps = new Map<string, number>();
    let changes = 0;
    let last = "";
    let isOver = false;
    one.looper.onStep((name, at) => {
      steps.set(name, at);
      if (name !== last) changes += 1;
      last = name;
      return isOver ? success : again;
    });
    const ids = [one.looper.submit("a"), one.looper.submit("b")];
    const isEnough = (): boolean =>
      changes >= 20 && ["a", "b"].every((name) => (steps.get(name) ?? 0) > 1_000);
    // By the processor time of this process: other processes take none of that.
    const began = process.cpuUsage();
    for (let ticks = 0; ticks < 20; ticks += 1) await setTimeout(5);
    const { user, system } = process.cpuUsage(began);
    assert.ok(user + system < 500_000, `20 ticks in ${user + system} us`);
    while (!isEnough()) await setTimeout(5);
    isOver = true;
    for (const id of ids) await one.events.reached(id, "succeeded");
  });

  it("is stopped and finalized when the host closes while it runs", async () => {
    const log = workshop.write("close.log", "");
    await using one = await LooperHost.open(addon, { concurrentJobs: 1 }, { log });
    const { promise, resolve } = Promise.withResolvers<void>();
    one.looper.onStep((_name, at) => {
      if (at === 100) resolve();
      return again;
    });
    one.looper.submit("runs");
    one.looper.submit("waits");
    await promise;
    await one.close();
    const lines = readFileSync(log, "utf8").split("\n").slice(0, -1);
    assert.deepEqual(lines.map((line) => line.replace(/(?<=finalize runs) \d+/, "")).toSorted(), [
      "finalize runs",
      "finalize waits 0",
      "stop runs 7",
      "stop waits 7",
    ]);
    assert.equal(one.looper.strays(), 0);
  });

  it("is told of its submit on the loop, later", async () => {
    const store = { kind: "sqlite", path: workshop.file("async.db") } as const;
    await using one = await LooperHost.open(addon, { store });
    one.looper.onStep(() => success);
    const { promise, resolve } = Promise.withResolvers<string>();
    let isSync = true;
    const status = one.looper.submitAsync("later", (id, told) => {
      assert.deepEqual([told, isSync], [0, false]);
      resolve(id);
      return 0;
    });
    isSync = false;
    assert.equal(status, 0);
    await one.events.reached(await promise, "succeeded");
    assert.equal(one.looper.strays(), 0);
  });

  it("goes on after a restart, revived on the loop", async () => {
    const store = { kind: "sqlite", path: workshop.file("revive.db") } as const;
    const seen: number[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    let id = "";
    {
      await using first = await LooperHost.open(addon, { store });
      first.looper.onStep((_name, at) => {
        if (at === 5) resolve();
        return again;
      });
      id = first.looper.submit("long");
      await promise;
    }
    await using second = await LooperHost.open(addon, { store });
    second.looper.onStep((_name, at) => {
      seen.push(at);
      return success;
    });
    await second.events.reached(id, "succeeded");
    assert.ok((seen[0] ?? 0) > 5, `it went on at ${seen[0]}`);
    await second.close();
    assert.equal(second.looper.strays(), 0);
  });
});
