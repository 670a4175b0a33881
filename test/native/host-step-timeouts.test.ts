import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import type { HostOptions } from "../../src/index.ts";
import { HostWorkshop } from "./support/host-workshop.ts";
import { shortenGrace } from "./support/host-grace.ts";
import { WorkerHost } from "./support/host-worker.ts";

const workshop = new HostWorkshop();
let library = "";
before(() => void (library = workshop.sharedLibrary("worker")));
after(() => workshop.remove());

const stores = {
  memory: () => ({ kind: "memory" }) as const,
  sqlite: (name: string) => ({ kind: "sqlite", path: workshop.file(`${name}.db`) }) as const,
};

const graceMs = 200;
const stuck = { name: "stuck", kind: "s", stepTimeoutMs: 50, attempts: 5 };

/** One slot, and a grace that is soon over. */
function open(options: HostOptions = {}): Promise<WorkerHost> {
  shortenGrace(graceMs);
  return WorkerHost.open({ plugins: [library], concurrentJobs: 1, ...options });
}

const shown = async (worker: WorkerHost, id: string): Promise<Record<string, unknown>> =>
  JSON.parse(await worker.text("GET", `/jobs/${id}`)) as Record<string, unknown>;

for (const [kind, store] of Object.entries(stores)) {
  describe(`a native step that takes too long (${kind})`, { timeout: 60_000 }, () => {
    it("is told, and uses up one attempt if it returns", async () => {
      // The grace is that of every host: the step returns in it however slow the machine is.
      await using worker = await WorkerHost.open({ plugins: [library], store: store("late") });
      const late = { name: "late", kind: "l", stepTimeoutMs: 30, attempts: 2, backoffMs: 1 };
      const id = await worker.submit(late);
      await worker.events.reached(id, "retrying");
      await worker.events.reached(id, "failed");
      const { error, attempts, detached } = worker.host.jobInfo(id);
      const message = "The step took longer than 30 ms";
      assert.deepEqual(error, { code: "STEP_TIMED_OUT", message });
      assert.deepEqual([attempts, detached], [2, false]);
      assert.deepEqual(worker.sayings("late").slice(0, 4), ["holds", "stop 5", "holds", "stop 6"]);
    });

    it("is left alone after its grace: its job has failed, another one has its slot", async () => {
      await using worker = await open({ store: store("stuck") });
      const id = await worker.submit(stuck);
      const next = await worker.submit({ name: "next" });
      await worker.events.reached(id, "failed");
      await worker.events.reached(next, "succeeded");
      const { ErrorCode, State, Detached, Attempts } = await shown(worker, id);
      assert.deepEqual([ErrorCode, State, Detached, Attempts], [16, "Failure", true, 1]);
      assert.deepEqual(worker.sayings("stuck"), ["holds"], "nothing is called beside the step");
      assert.equal(await worker.act("resubmit", id), 400);
      await worker.text("POST", "/worker/release");
      await worker.said("stuck stop 6");
      await worker.events.first(
        (event) => event.kind === "changed" && event.job.id === id && event.from === "failed",
      );
      assert.equal("Detached" in (await shown(worker, id)), false);
      assert.deepEqual(worker.sayings("stuck"), ["holds", "told 6", "put 9", "stop 6", "finalize"]);
      assert.equal(await worker.act("resubmit", id), 200);
      await worker.events.reached(id, "succeeded");
    });

    it("is finalized when it returns if its job was deleted meanwhile", async () => {
      await using worker = await open({ store: store("deleted") });
      const id = await worker.submit(stuck);
      await worker.events.reached(id, "failed");
      await worker.host.deleteJob(id);
      assert.throws(() => worker.host.jobInfo(id), { code: "NOT_FOUND" });
      assert.deepEqual(worker.sayings("stuck"), ["holds"]);
      await worker.text("POST", "/worker/release");
      await worker.said("stuck finalize");
      assert.deepEqual(worker.sayings("stuck").slice(-2), ["stop 6", "finalize"]);
    });
  });
}

describe("a native step that was left alone", { timeout: 60_000 }, () => {
  it("does not keep the host from closing", async () => {
    const store = stores.sqlite("closed");
    const worker = await open({ store, drainTimeoutMs: 100 });
    const id = await worker.submit(stuck);
    await worker.events.reached(id, "failed");
    const began = performance.now();
    await worker.host.close();
    const took = performance.now() - began;
    assert.ok(took < 2_000, `closing took ${took} ms`);
    assert.equal(worker.counts().owed, 1);
    // Its job has failed for good: nothing of it goes on at the next start.
    await using again = await WorkerHost.open({ plugins: [library], store });
    const { state, error, detached } = again.host.jobInfo(id);
    assert.deepEqual([state, error?.code, detached], ["failed", "STEP_TIMED_OUT", false]);
  });

  it("leaves nothing behind of what it was writing", async () => {
    const store = stores.sqlite("written");
    const files = (): readonly string[] => readdirSync(`${store.path}-outputs`);
    await using worker = await open({ store });
    const id = await worker.submit({ name: "writes", kind: "o", stepTimeoutMs: 50 });
    await worker.said("writes wrote 0");
    await worker.events.reached(id, "failed");
    while (files().length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(worker.host.jobInfo(id).detached, true);
    await worker.text("POST", "/worker/release");
    await worker.said("writes stop 6");
    assert.deepEqual(worker.host.jobLogs(id), []);
  });

  it("is no job of the lane's any more", async () => {
    shortenGrace(graceMs);
    await using worker = await WorkerHost.openUnobserved({ plugins: [library], concurrentJobs: 1 });
    const id = await worker.submit(stuck);
    const next = await worker.submit({ name: "next", stepTimeoutMs: 60_000 });
    assert.equal((await worker.host.waitJob(next)).state, "succeeded");
    const { state, detached } = worker.host.jobInfo(id);
    assert.deepEqual([state, detached], ["failed", true]);
    await worker.text("POST", "/worker/release");
    while (worker.host.jobInfo(id).detached) await new Promise((resolve) => setTimeout(resolve, 5));
  });
});
