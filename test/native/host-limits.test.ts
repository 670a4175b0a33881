import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { StepResult, type HostOptions } from "../../src/index.ts";
import { ScriptedJob } from "../e2e/support/scripted-job.ts";
import { HostWorkshop } from "./support/host-workshop.ts";
import { WorkerHost, type StepTimes } from "./support/host-worker.ts";

const workshop = new HostWorkshop();
let library = "";
before(() => void (library = workshop.sharedLibrary("worker")));
after(() => workshop.remove());

const stores = {
  memory: () => ({ kind: "memory" }) as const,
  sqlite: (name: string) => ({ kind: "sqlite", path: workshop.file(`${name}.db`) }) as const,
};

describe("limits per type and per key, of native jobs", { timeout: 60_000 }, () => {
  for (const [kind, store] of Object.entries(stores)) {
    it(`hold, whoever else runs beside them (${kind})`, async () => {
      await using worker = await WorkerHost.open({
        plugins: [library],
        store: store("limits"),
        concurrentJobs: 8,
        limitPerKey: { "k:*": 2 },
        limitPerType: { "worker.anew": 1 },
      });
      // In all longer than the four requests take on a busy machine.
      const work = { steps: 1, ms: 200 };
      const ids = [
        await worker.submit({ ...work, name: "first", key: "k:1", count: 7 }),
        await worker.submit({ ...work, name: "second", key: "k:2", count: 7 }),
        await worker.submit({ ...work, name: "again", count: 5 }),
        await worker.submit({ ...work, name: "free", count: 5 }),
      ];
      for (const id of ids) await worker.events.reached(id, "succeeded");
      await all(worker, 24);
      const steps = await worker.steps();
      const most = ["first", "second", "again"].map((name) => mostAtOnce(steps, name));
      assert.deepEqual(most, [2, 2, 1]);
      // What no limit holds did not wait for the others.
      const firstHeld = steps.findLast(({ name }) => /^(?:first|second)/.test(name));
      const free = steps.find(({ name }) => name.startsWith("free"));
      assert.ok(free !== undefined && firstHeld !== undefined && free.began < firstHeld.began);
    });

    it(`are shared with jobs of JavaScript, and the higher priority goes first (${kind})`, async () => {
      await using worker = await held(store("shared"));
      // Admitted, and holding the only place of the key, until one of higher priority comes.
      const low = await worker.submit({ name: "low", key: "k" });
      const middle = await ours(worker, 1);
      const high = await worker.submit({ name: "high", key: "k", priority: 2 });
      await worker.text("POST", "/worker/release");
      for (const id of [low, middle, high]) await worker.events.reached(id, "succeeded");
      assert.deepEqual(begun(worker, [low, middle, high]), [high, middle, low]);
    });

    it(`give a place on before there is a slot for it (${kind})`, async () => {
      await using worker = await held(store("given"));
      const admitted = await worker.submit({ key: "k", priority: 2 });
      const next = await worker.submit({ key: "k", priority: 1 });
      const low = await worker.submit({});
      assert.equal(await worker.act("cancel", admitted), 200);
      await worker.text("POST", "/worker/release");
      for (const id of [low, next]) await worker.events.reached(id, "succeeded");
      assert.deepEqual(begun(worker, [low, next]), [next, low]);
    });
  }
});

/** One slot, held by a job, and one place for the key "k". */
async function held(store: Required<HostOptions>["store"]): Promise<WorkerHost> {
  const options = { store, concurrentJobs: 1, limitPerKey: { k: 1 } };
  const worker = await WorkerHost.open({ plugins: [library], ...options });
  await worker.submit({ name: "holder", kind: "h" });
  await worker.said("holder holds");
  return worker;
}

async function ours(worker: WorkerHost, priority: number): Promise<string> {
  const job = new ScriptedJob();
  job.end(StepResult.success);
  return worker.host.submit(job, { priority, key: "k" });
}

const begun = (worker: WorkerHost, ids: readonly string[]): readonly string[] =>
  worker.events.seen.flatMap((event) =>
    event.kind === "changed" && event.job.state === "running" && ids.includes(event.job.id)
      ? [event.job.id]
      : [],
  );

async function all(worker: WorkerHost, count: number): Promise<void> {
  await worker.events.first(
    () => worker.host.jobs().filter(({ state }) => state === "succeeded").length === count,
  );
}

/** How many steps of the jobs whose name begins so there were at the same time. */
function mostAtOnce(steps: readonly StepTimes[], name: string): number {
  const own = steps.filter((step) => step.name.startsWith(name));
  const at = own.map(({ began }) => own.filter((one) => one.began <= began && began < one.ended));
  return Math.max(...at.map(({ length }) => length));
}
