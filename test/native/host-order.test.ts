import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { StepResult } from "../../src/index.ts";
import { ScriptedJob } from "../e2e/support/scripted-job.ts";
import { HostWorkshop } from "./support/host-workshop.ts";
import { WorkerHost } from "./support/host-worker.ts";

const workshop = new HostWorkshop();
let library = "";
before(() => void (library = workshop.sharedLibrary("worker")));
after(() => workshop.remove());

const stores = {
  memory: () => ({ kind: "memory" }) as const,
  sqlite: (name: string) => ({ kind: "sqlite", path: workshop.file(`${name}.db`) }) as const,
};

/** One slot, and a native job that holds it until `release`. */
async function held(
  store: ReturnType<(typeof stores)["memory"]> | ReturnType<(typeof stores)["sqlite"]>,
): Promise<WorkerHost> {
  const worker = await WorkerHost.open({ plugins: [library], store, concurrentJobs: 1 });
  await worker.submit({ name: "holder", kind: "h" });
  await worker.said("holder holds");
  return worker;
}

async function submitOurs(worker: WorkerHost, priority: number): Promise<string> {
  const job = new ScriptedJob();
  job.end(StepResult.success);
  return worker.host.submit(job, { priority });
}

/** Lets the slot go, and answers the ids in the order in which they began. */
async function begun(worker: WorkerHost, ids: readonly string[]): Promise<readonly string[]> {
  await worker.text("POST", "/worker/release");
  for (const id of ids) await worker.events.reached(id, "succeeded");
  return worker.events.seen.flatMap((event) =>
    event.kind === "changed" && event.job.state === "running" && ids.includes(event.job.id)
      ? [event.job.id]
      : [],
  );
}

describe("native jobs and those of JavaScript have one order:", { timeout: 60_000 }, () => {
  for (const [kind, store] of Object.entries(stores)) {
    it(`by priority, then first in, first out (${kind})`, async () => {
      await using worker = await held(store("order"));
      const submitted: { readonly id: string; readonly priority: number }[] = [];
      for (const priority of [0, 5, -1, 0, 5, 0, -1, 7, 0, 5]) {
        submitted.push({ id: await worker.submit({ priority }), priority });
        submitted.push({ id: await submitOurs(worker, priority), priority });
      }
      const expected = submitted.toSorted((a, b) => b.priority - a.priority).map(({ id }) => id);
      assert.deepEqual(await begun(worker, expected), expected);
    });

    it(`also beyond what is admitted at once (${kind})`, async () => {
      await using worker = await held(store("full"));
      const low = await worker.submit({ name: "low", count: 300 });
      const all = worker.host
        .jobs()
        .map(({ id }) => id)
        .slice(1);
      assert.equal(all.length, 300);
      const ours = await submitOurs(worker, 3);
      const native = await worker.submit({ name: "high", priority: 3 });
      const highest = await worker.submit({ name: "highest", priority: 4 });
      // The last of those that wait, from behind the full list to its head.
      await worker.host.setPriority(low, 5);
      const expected = [low, highest, ours, native, ...all.slice(0, -1)];
      assert.deepEqual(await begun(worker, expected), expected);
    });

    it(`as it is after a priority was changed, from either side (${kind})`, async () => {
      await using worker = await held(store("changed"));
      const native = await worker.submit({ name: "native" });
      const ours = await submitOurs(worker, 0);
      const other = await worker.submit({ name: "other", priority: 1 });
      await worker.host.setPriority(ours, 2);
      await worker.host.setPriority(other, -1);
      const expected = [ours, native, other];
      assert.deepEqual(await begun(worker, expected), expected);
    });

    it(`a job that was paused comes back to its place (${kind})`, async () => {
      await using worker = await held(store("paused"));
      const [first, second, third] = [
        await worker.submit({ name: "first" }),
        await submitOurs(worker, 0),
        await worker.submit({ name: "third" }),
      ];
      for (const id of [first, second]) assert.equal(await worker.act("pause", id), 200);
      for (const id of [second, first]) assert.equal(await worker.act("resume", id), 200);
      const expected = [first, second, third];
      assert.deepEqual(await begun(worker, expected), expected);
    });
  }
});
