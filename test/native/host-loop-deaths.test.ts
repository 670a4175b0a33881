import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { openHost } from "../../src/index.ts";
import { eventually } from "./support/host-eventually.ts";
import { FaultyStores, type Fault } from "./support/host-faults.ts";
import { again, LooperHost } from "./support/host-looper.ts";
import { HostWorkshop } from "./support/host-workshop.ts";

const storeFailed = 18;
const workshop = new HostWorkshop();
let addon = "";
before(() => void (addon = workshop.addon("looper")));
after(() => workshop.remove());

/** What the plugin wrote down of its jobs, without how far they came. */
const linesOf = (log: string): readonly string[] =>
  readFileSync(log, "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => line.replace(/^(finalize \w+) \d+$/, "$1"))
    .toSorted();

const allOver = ["finalize runs", "finalize waits", "stop runs 7", "stop waits 7"];

describe("the jobs on the loop of a worker", { timeout: 60_000 }, () => {
  for (const end of ["is terminated", "exits in a step", "loops in a step"]) {
    it(`that ${end} are stopped and finalized`, async () => {
      const log = workshop.write(`${end}.log`, "");
      const worker = new Worker(new URL("support/host-loop-worker.ts", import.meta.url), {
        workerData: { addon, log, end },
      });
      const exited = once(worker, "exit");
      if (end !== "exits in a step") {
        await once(worker, "message");
        await worker.terminate();
      }
      const [code] = (await exited) as [number];
      assert.equal(code, end === "exits in a step" ? 0 : 1);
      assert.deepEqual(linesOf(log), allOver);
    });
  }
});

describe("a process with jobs on the loop", { timeout: 60_000 }, () => {
  it("that exits in a step finalizes all but the job of that step, and does not wait", () => {
    const log = workshop.write("exit.log", "");
    const script = fileURLToPath(new URL("support/host-loop-exit.ts", import.meta.url));
    const args = [script, addon, log];
    const { status, signal, stderr } = spawnSync(process.execPath, args, { timeout: 30_000 });
    assert.deepEqual([status, signal], [7, null], String(stderr));
    assert.deepEqual(linesOf(log), ["exited soon", "finalize waits", "stop waits 7"]);
  });
});

describe("a batch in SQLite", { timeout: 60_000 }, () => {
  const names = Array.from({ length: 40 }, (_, number) => `job-${number}`);

  for (const kind of ["refuse", "die before", "die after"] as const) {
    it(`is not there at all after a COMMIT that fails (${kind})`, async () => {
      const path = workshop.file(`${kind}.db`);
      const store = { kind: "sqlite", path } as const;
      const expected: string[] = [];
      {
        using stores = new FaultyStores(workshop.file(`${kind}.faults`));
        await using one = await LooperHost.open(addon, { store, concurrentJobs: 1 });
        one.looper.onStep(() => again);
        const fault: Fault = { kind, until: [], log: "" };
        stores.plan(fault);
        const answer = one.looper.submitAll(names);
        assert.equal(answer, `${storeFailed}:${" 0".repeat(names.length)}`);
        stores.plan();
        let again2 = 0;
        await eventually(() => {
          again2 += 1;
          const tried = [`late-${again2}-a`, `late-${again2}-b`];
          const isTaken = one.looper.submitAll(tried) === "0: 0 0";
          if (isTaken) expected.push(...tried);
          return isTaken;
        });
        assert.deepEqual(namesOf(one.host.jobs()), expected);
      }
      await using later = await openHost({ store });
      assert.deepEqual(namesOf(later.jobs()), expected);
    });
  }

  it("is there as one, in its order", async () => {
    const store = { kind: "sqlite", path: workshop.file("well.db") } as const;
    {
      await using one = await LooperHost.open(addon, { store, concurrentJobs: 1 });
      one.looper.onStep(() => again);
      assert.equal(one.looper.submitAll(names), `0:${" 0".repeat(names.length)}`);
    }
    await using later = await openHost({ store });
    assert.deepEqual(
      later.jobs().map(({ content }) => content["name"]),
      names,
    );
  });
});

const namesOf = (jobs: readonly { readonly content: { readonly name?: unknown } }[]) =>
  jobs.map(({ content }) => String(content.name)).toSorted();
