import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { StepResult, type HostOptions } from "../../src/index.ts";
import { ScriptedJob } from "../e2e/support/scripted-job.ts";
import { eventually } from "./support/host-eventually.ts";
import { HostWorkshop } from "./support/host-workshop.ts";
import { nameOf, WorkerHost } from "./support/host-worker.ts";

const workshop = new HostWorkshop();
let library = "";
before(() => void (library = workshop.sharedLibrary("worker")));
after(() => workshop.remove());

const stores: Readonly<Record<string, () => NonNullable<HostOptions["store"]>>> = {
  memory: () => ({ kind: "memory" }),
  sqlite: () => ({ kind: "sqlite", path: workshop.file(`parked-${(files += 1)}.db`) }),
};
let files = 0;

/** How many native payloads there are. */
async function live(worker: WorkerHost): Promise<number> {
  const [created, finalized] = (await worker.text("GET", "/worker/counts")).split(" ").map(Number);
  return (created ?? 0) - (finalized ?? 0);
}

/** Until it is released. */
async function takeSlot(worker: WorkerHost): Promise<void> {
  const id = await worker.submit({ name: "slot", kind: "h" });
  await eventually(() => worker.host.jobInfo(id).state === "running");
}

function openHost(isObserved: boolean, options: HostOptions): Promise<WorkerHost> {
  const all = { plugins: [library], concurrentJobs: 1, ...options };
  return isObserved ? WorkerHost.open(all) : WorkerHost.openUnobserved(all);
}

for (const [name, store] of Object.entries(stores)) {
  for (const isObserved of [true, false]) {
    const who = `native jobs that ${isObserved ? "somebody" : "nobody"} observes, ${name} store`;
    void describe(who, { timeout: 60_000 }, () => {
      void it("have so many payloads as are allowed, and start in their order", async () => {
        await using worker = await openHost(isObserved, { store: store(), maxPayloads: 3 });
        await takeSlot(worker);
        await worker.submit({ name: "job", count: 20 });
        await worker.submit({ name: "high", priority: 1 });
        await worker.submit({ name: "fleeting", saved: 0, count: 2 });
        await eventually(async () => (await live(worker)) === 1 + 3 + 2);
        await worker.text("POST", "/worker/release");
        await eventually(() => worker.host.jobs().every(({ state }) => state === "succeeded"));
        const order = worker.host.jobs().map(nameOf);
        assert.equal(order.length, 24);
        const [, high, ...others] = (await worker.steps()).map((step) => step.name);
        assert.equal(high, "high");
        assert.deepEqual(others, [...order.slice(1, 21), ...order.slice(22)]);
        await eventually(async () => (await live(worker)) === 0);
      });

      void it("share the bound with those of JavaScript", async () => {
        await using worker = await openHost(isObserved, { store: store(), maxPayloads: 2 });
        await takeSlot(worker);
        await worker.submit({ name: "job", count: 3 });
        await eventually(async () => (await live(worker)) === 1 + 2);
        const own = new ScriptedJob();
        own.end(StepResult.success);
        const ended = worker.host.submitAndWait(own, { priority: 1 });
        // It cannot be saved, so it does not count.
        await eventually(async () => (await live(worker)) === 1 + 2);
        await worker.text("POST", "/worker/release");
        assert.equal((await ended).state, "succeeded");
      });

      void it("are canceled without a callback when they are parked", async () => {
        await using worker = await openHost(isObserved, { store: store(), maxPayloads: 1 });
        await takeSlot(worker);
        await worker.submit({ name: "kept" });
        const parked = await worker.submit({ name: "parked" });
        await eventually(async () => (await live(worker)) === 2);
        await worker.host.cancelJob(parked);
        assert.equal(worker.host.jobInfo(parked).error?.code, "JOB_CANCELED");
        await worker.host.resubmitJob(parked);
        await worker.text("POST", "/worker/release");
        assert.equal((await worker.host.waitJob(parked)).state, "succeeded");
      });
    });
  }
}
