import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { StepResult, type HostOptions } from "../../src/index.ts";
import { ScriptedJob } from "../e2e/support/scripted-job.ts";
import { Events } from "../e2e/support/events.ts";
import { eventually } from "./support/host-eventually.ts";
import { HostWorkshop } from "./support/host-workshop.ts";
import { nameOf, WorkerHost, type Work } from "./support/host-worker.ts";

const workshop = new HostWorkshop();
let library = "";
before(() => void (library = workshop.sharedLibrary("worker")));
after(() => workshop.remove());

const open = (options: HostOptions = {}): Promise<WorkerHost> =>
  WorkerHost.openUnobserved({ plugins: [library], ...options });

/** Has so many jobs done without asking for any of them. */
async function runUnseen(worker: WorkerHost, work: Work, count: number): Promise<void> {
  const counts = async (): Promise<string> => worker.text("GET", "/worker/counts");
  const [created = ""] = (await counts()).split(" ");
  await worker.submit({ ...work, count });
  const all = Number(created) + count;
  await eventually(async () => (await counts()) === `${all} ${all}`);
}

describe("native jobs that nobody observes", { timeout: 60_000 }, () => {
  it("are known when somebody asks, the last of them as ended well", async () => {
    await using worker = await open({ historySize: 3, concurrentJobs: 1 });
    await runUnseen(worker, { name: "it", steps: 2 }, 5);
    const jobs = worker.host.jobs();
    assert.deepEqual(jobs.map(nameOf), ["it-2", "it-3", "it-4"]);
    assert.ok(jobs.every(({ state, progress }) => state === "succeeded" && progress === 1));
    assert.equal((await fetch(`${worker.host.url}/jobs/${jobs[0]?.id}`)).status, 200);
  });

  it("can be controlled by whoever hears of them first", async () => {
    await using worker = await open();
    const id = await worker.submit({ name: "holder", kind: "h" });
    await worker.host.pauseJob(id);
    await eventually(() => worker.host.jobInfo(id).state === "paused");
    await worker.host.resumeJob(id);
    await worker.host.cancelJob(id);
    assert.equal((await worker.host.waitJob(id)).state, "failed");
    await worker.host.resubmitJob(id);
    await worker.text("POST", "/worker/release");
    assert.equal((await worker.host.waitJob(id)).state, "succeeded");
  });

  it("wait in the order of all jobs, and can be taken out of it", async () => {
    await using worker = await open();
    for (const name of ["one", "two"]) await worker.submit({ name, kind: "h" });
    const canceled = await worker.submit({ name: "canceled" });
    const paused = await worker.submit({ name: "paused", priority: 1 });
    await worker.host.cancelJob(canceled);
    await worker.host.pauseJob(paused);
    const own = new ScriptedJob();
    own.end(StepResult.success);
    const ended = worker.host.submitAndWait(own, { priority: 2 });
    const last = await worker.submit({ name: "last" });
    await worker.text("POST", "/worker/release");
    assert.equal((await ended).state, "succeeded");
    assert.equal((await worker.host.waitJob(last)).state, "succeeded");
    assert.equal(worker.host.jobInfo(paused).state, "paused");
    const stepped = (await worker.steps()).map(({ name }) => name);
    assert.deepEqual(stepped.toSorted(), ["last", "one", "two"]);
  });

  it("leave room in the list for jobs that are admitted, and give way to those of more priority", async () => {
    await using worker = await open();
    for (const name of ["one", "two"]) await worker.submit({ name, kind: "h" });
    await worker.submit({ name: "waiting", count: 600 });
    assert.equal(worker.host.jobs().length, 602);
    const order: number[] = [];
    const ended = Array.from({ length: 300 }, async (_, number) => {
      const own = new ScriptedJob();
      own.end(StepResult.success);
      await worker.host.submitAndWait(own, { priority: number % 10 });
      order.push(number % 10);
    });
    await worker.text("POST", "/worker/release");
    await Promise.all(ended);
    assert.deepEqual(
      order.slice(0, 30),
      Array.from({ length: 30 }, () => 9),
    );
    await eventually(() => worker.host.jobs().every(({ state }) => state === "succeeded"));
  });

  it("answer a thread of a plugin that waits for one", async () => {
    await using worker = await open();
    const id = await worker.submit({ name: "awaited", ms: 20 });
    assert.equal(await worker.text("POST", `/worker/calls/wait/${id}`), "0");
  });

  it("fail, and are tried again, as others", async () => {
    await using worker = await open();
    const failed = await worker.submit({ name: "failed", kind: "F", steps: 2 });
    const again = await worker.submit({
      name: "again",
      kind: "f",
      steps: 9,
      attempts: 3,
      backoffMs: 1,
    });
    assert.equal((await worker.host.waitJob(failed)).state, "failed");
    const { state, attempts } = await worker.host.waitJob(again);
    assert.deepEqual([state, attempts], ["failed", 3]);
  });

  it("do not push a job out of the history that ended after them", async () => {
    await using worker = await open({ historySize: 2, concurrentJobs: 1 });
    await runUnseen(worker, { name: "it" }, 5);
    const own = new ScriptedJob();
    own.end(StepResult.success);
    const { id } = await worker.host.submitAndWait(own);
    assert.equal(worker.host.jobInfo(id).state, "succeeded");
    assert.deepEqual(worker.host.jobs().map(nameOf), ["it-4", "of JavaScript"]);
  });

  it("are told to an observer from the moment it comes", async () => {
    await using worker = await open();
    await runUnseen(worker, { name: "unseen" }, 3);
    const running = await worker.submit({ name: "running", kind: "h" });
    const events = new Events();
    using observation = worker.host.observe(events.observer);
    const later = await worker.submit({ name: "later" });
    await worker.text("POST", "/worker/release");
    await events.reached(running, "succeeded");
    await events.reached(later, "pending");
    await events.reached(later, "succeeded");
    const submitted = events.seen.filter(({ kind }) => kind === "submitted");
    assert.equal(submitted.length, 1);
    observation[Symbol.dispose]();
    const { length } = events.seen;
    await runUnseen(worker, { name: "unseen again" }, 3);
    assert.equal(worker.host.jobs().length, 8);
    assert.equal(events.seen.length, length);
  });

  it("are let go when the host closes, wherever they are", async () => {
    const worker = await open();
    await worker.submit({ name: "holder", kind: "h", count: 5 });
    await worker.close();
  });
});
