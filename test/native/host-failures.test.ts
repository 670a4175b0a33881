import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { JobInfo } from "../../src/index.ts";
import { HostWorkshop } from "./support/host-workshop.ts";
import { nameOf, WorkerHost } from "./support/host-worker.ts";

const workshop = new HostWorkshop();
let library = "";
before(() => void (library = workshop.sharedLibrary("worker")));
after(() => workshop.remove());

const stores = {
  memory: () => ({ kind: "memory" }) as const,
  sqlite: (name: string) => ({ kind: "sqlite", path: workshop.file(`${name}.db`) }) as const,
};

/** Every state the job was told to be in, with the attempts that were charged by then. */
const lifeOf = (worker: WorkerHost, id: string): readonly JobInfo[] =>
  worker.events.seen.flatMap((event) =>
    event.kind === "changed" && event.job.id === id ? [event.job] : [],
  );

const inWords = ({ state, attempts }: JobInfo): string => `${state} ${attempts}`;

for (const [kind, store] of Object.entries(stores)) {
  const open = (name: string): Promise<WorkerHost> =>
    WorkerHost.open({ plugins: [library], store: store(name) });

  describe(`a native job that fails (${kind})`, { timeout: 60_000 }, () => {
    it("is tried again with a growing delay, as often as it may be", async () => {
      await using worker = await open("retry");
      const id = await worker.submit({
        name: "it",
        kind: "f",
        steps: 3,
        attempts: 3,
        backoffMs: 20,
      });
      await worker.events.reached(id, "succeeded");
      const life = lifeOf(worker, id);
      assert.deepEqual(life.map(inWords), [
        "running 0",
        "retrying 1",
        "pending 1",
        "running 1",
        "retrying 2",
        "pending 2",
        "running 2",
        "succeeded 2",
      ]);
      const [first = 0, second = 0] = life.flatMap(({ dueAt, changedAt }) =>
        dueAt === null ? [] : [dueAt - changedAt],
      );
      // The state is entered a moment after the delay has begun.
      assert.ok(0 < first && first <= 20 && 20 < second && second <= 40, `${first} ${second}`);
      const due = life.filter(({ state }) => state === "retrying");
      const pending = life.filter(({ state }) => state === "pending");
      for (const [index, { dueAt }] of due.entries()) {
        assert.ok((pending[index]?.changedAt ?? 0) >= (dueAt ?? Number.POSITIVE_INFINITY));
      }
      assert.deepEqual(worker.sayings("it").slice(0, 3), ["stop 5", "stop 5", "stop 1"]);
    });

    it("fails for good after its last attempt, with what it said", async () => {
      await using worker = await open("exhausted");
      const id = await worker.submit({
        name: "it",
        kind: "f",
        steps: 9,
        attempts: 2,
        backoffMs: 1,
      });
      await worker.events.reached(id, "failed");
      const { attempts, error } = worker.host.jobInfo(id);
      assert.equal(attempts, 2);
      assert.deepEqual(error, { code: "WORKER_FAILED", message: "as it was told" });
      assert.equal(worker.sayings("it")[1], "stop 3");
    });

    it("may ask to be retried without an attempt being charged", async () => {
      await using worker = await open("asked");
      const id = await worker.submit({ name: "it", kind: "r", steps: 3, ms: 5 });
      await worker.events.reached(id, "succeeded");
      const retries = lifeOf(worker, id).filter(({ state }) => state === "retrying");
      assert.deepEqual(retries.map(inWords), ["retrying 0", "retrying 0"]);
    });

    it("is finalized at once if it can be revived", async () => {
      await using worker = await open("at-once");
      const id = await worker.submit({ name: "it", kind: "F", steps: 2 });
      await worker.said("it finalize");
      assert.equal(worker.host.jobInfo(id).state, "failed");
      assert.equal(await worker.text("GET", "/worker/counts"), "1 1");
    });

    it("keeps its payload if it cannot, until it is deleted", async () => {
      await using worker = await open("kept");
      const id = await worker.submit({ name: "it", kind: "F", steps: 2, saved: 0 });
      await worker.events.reached(id, "failed");
      const other = await worker.submit({ name: "other" });
      await worker.events.reached(other, "succeeded");
      await worker.said("other finalize");
      assert.deepEqual(worker.sayings("it"), ["stop 3"]);
      await worker.host.deleteJob(id);
      await worker.said("it finalize");
    });

    it("is revived, and reset, when it is submitted again", async () => {
      await using worker = await open("reset");
      const id = await worker.submit({ name: "it", kind: "F", steps: 2 });
      await worker.said("it finalize");
      assert.equal(await worker.act("resubmit", id), 200);
      await twice(worker, id);
      assert.deepEqual(worker.sayings("it"), [
        "stop 3",
        "finalize",
        "revive 1",
        "reset",
        "stop 3",
        "finalize",
      ]);
    });

    it("begins from the state of its first submit if it has no reset", async () => {
      await using worker = await open("anew");
      const id = await worker.submit({ name: "again", kind: "F", steps: 2 });
      await worker.said("again finalize");
      assert.equal(await worker.act("resubmit", id), 200);
      await twice(worker, id);
      assert.deepEqual(worker.sayings("again"), [
        "stop 3",
        "finalize",
        "revive 0",
        "stop 3",
        "finalize",
      ]);
    });

    it("is reset without a revive if it cannot be saved", async () => {
      await using worker = await open("unsaved");
      const id = await worker.submit({ name: "it", kind: "F", steps: 2, saved: 0 });
      await worker.events.reached(id, "failed");
      assert.equal(await worker.act("resubmit", id), 200);
      await twice(worker, id, "stop 3");
      assert.deepEqual(worker.sayings("it"), ["stop 3", "reset", "stop 3"]);
    });

    it("can neither be reset nor revived: it is not submitted again", async () => {
      await using worker = await open("neither");
      const id = await worker.submit({ name: "again", kind: "F", steps: 2, saved: 0 });
      await worker.events.reached(id, "failed");
      assert.equal(await worker.act("resubmit", id), 400);
      assert.equal(worker.host.jobInfo(id).state, "failed");
    });
  });
}

/** The job has failed a second time, and its plugin has said the last it has to say about that. */
async function twice(worker: WorkerHost, id: string, last = "finalize"): Promise<void> {
  const isFailed = (job: JobInfo): boolean => job.id === id && job.state === "failed";
  const { seen } = worker.events;
  await worker.events.first(
    () => seen.filter((event) => event.kind === "changed" && isFailed(event.job)).length === 2,
  );
  const name = nameOf(worker.host.jobInfo(id));
  await worker.events.first(
    () => worker.sayings(name).filter((text) => text === last).length === 2,
  );
}
