import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Aggregator, Observer, Task } from "../../src/progress.ts";
import { jobHost, type TaskSubmitOptions } from "../../src/sdk.ts";
import { Gate } from "../../src/testing/index.ts";
import { openTestEngine } from "../support/engine-harness.ts";

void describe("a task that is submitted", () => {
  void it("is a job of its kind, and succeeds with its value", async () => {
    await using engine = await openTestEngine();
    const task = new Task("Add", (control) => {
      control.log("info", "adding");
      return { sum: 3 };
    });
    const id = await jobHost(engine.host()).submitTask(task, { key: "sums", userData: 7 });
    const job = await engine.until(id, "succeeded");
    assert.deepEqual([job.type, job.key, job.userData], ["Task", "sums", 7]);
    assert.deepEqual(job.content, { Name: "Add", Value: { sum: 3 } });
    assert.equal(job.progress, 1);
    const lines = engine.engine.jobLogs(id).map(({ level, text }) => `${level}: ${text}`);
    assert.deepEqual(lines, ["info: adding"]);
    assert.equal(engine.engine.jobProgress(id).state, "finished");
  });

  void it("fails with the code, the message and the details of what it threw", async () => {
    await using engine = await openTestEngine();
    const thrown = Object.assign(new Error("no disk"), { code: "NO_DISK", details: { free: 0 } });
    const id = await jobHost(engine.host()).submitTask(
      new Task("Save", () => Promise.reject(thrown)),
    );
    const { error } = await engine.until(id, "failed");
    assert.deepEqual(error, { code: "NO_DISK", message: "no disk", details: { free: 0 } });
  });

  void it("fails as all of its parts failed", async () => {
    await using engine = await openTestEngine();
    const all = new Aggregator("Copy", { onFailure: "continue" });
    for (const name of ["one", "two"]) {
      all.add(new Task(name, () => Promise.reject(new TypeError(`${name} is bad`))));
    }
    const id = await jobHost(engine.host()).submitTask(all, { type: "Copy" });
    const { error, type } = await engine.until(id, "failed");
    assert.equal(type, "Copy");
    assert.equal(error?.code, "TASK_FAILED");
    assert.match(error?.message ?? "", /2 of 2 parts of "Copy" failed/);
    const errors = ["one", "two"].map((name) => ({ Name: "TypeError", Message: `${name} is bad` }));
    assert.deepEqual(error?.details, { Errors: errors });
    const tree = engine.engine.jobProgress(id);
    assert.deepEqual(
      [tree.state, ...tree.parts.map(({ state }) => state)],
      Array(3).fill("failed"),
    );
  });

  void it("is canceled with its job", async () => {
    await using engine = await openTestEngine();
    const gate = new Gate();
    const task = new Task("Wait", async (control) => {
      await gate.pass();
      control.signal.throwIfAborted();
    });
    const id = await jobHost(engine.host()).submitTask(task);
    await gate.reached;
    await engine.engine.cancelJob(id);
    assert.equal(engine.engine.jobProgress(id).state, "canceling");
    gate.open();
    assert.equal((await engine.until(id, "failed")).error?.code, "JOB_CANCELED");
    assert.equal(task.state, "canceled");
  });

  void it("cancels its job, whether that runs or waits", async () => {
    await using engine = await openTestEngine({ slots: 1 });
    const host = jobHost(engine.host());
    const gate = new Gate();
    const first = new Task("First", () => gate.pass());
    const second = new Task("Second", () => undefined);
    const [one, two] = [await host.submitTask(first), await host.submitTask(second)];
    await gate.reached;
    second.cancel();
    assert.equal((await engine.until(two, "failed")).error?.code, "JOB_CANCELED");
    first.cancel("enough");
    gate.open();
    const { error } = await engine.until(one, "failed");
    assert.deepEqual(error, { code: "JOB_CANCELED", message: "This job was canceled" });
    assert.equal(engine.engine.jobProgress(two).state, "canceled");
  });

  void it("pauses before it begins the next part", async () => {
    await using engine = await openTestEngine();
    const gate = new Gate();
    const all = new Aggregator("Steps", { concurrency: "sequential" });
    const first = all.add(new Task("first", () => gate.pass()));
    const second = all.add(new Task("second", () => undefined));
    const id = await jobHost(engine.host()).submitTask(all);
    await gate.reached;
    await engine.engine.pauseJob(id);
    gate.open();
    await first.settled;
    await engine.drain();
    engine.clock.advance(40);
    await engine.until(id, "paused");
    assert.deepEqual([all.state, second.state], ["running", "waiting"]);
    await engine.engine.resumeJob(id);
    await engine.until(id, "succeeded");
    assert.equal(second.state, "finished");
  });

  void it("begins nothing while its job is paused before it runs", async () => {
    await using engine = await openTestEngine({ slots: 1 });
    const host = jobHost(engine.host());
    const gate = new Gate();
    await host.submitTask(new Task("First", () => gate.pass()));
    const task = new Task("Second", () => undefined);
    const id = await host.submitTask(task);
    await engine.engine.pauseJob(id);
    gate.open();
    await engine.drain();
    assert.equal(task.state, "waiting");
    assert.equal(engine.engine.jobProgress(id).state, "waiting");
    await engine.engine.resumeJob(id);
    await engine.until(id, "succeeded");
  });

  void it("is an observer that ends when its work does", async () => {
    await using engine = await openTestEngine();
    const observer = new Observer("Elsewhere", { total: 4 });
    observer.log("info", "has begun");
    const id = await jobHost(engine.host()).submitTask(observer);
    await engine.until(id, "running");
    observer.report(1);
    assert.equal(engine.engine.jobProgress(id).fraction, 0.25);
    observer.fail(new Error("it broke"));
    assert.equal((await engine.until(id, "failed")).error?.message, "it broke");
    assert.deepEqual(
      engine.engine.jobLogs(id).map(({ text }) => text),
      ["has begun"],
    );
  });

  void it("runs once: it is submitted once, tried once, and never resubmitted", async () => {
    await using engine = await openTestEngine();
    const host = jobHost(engine.host());
    const task = new Task("Once", () => Promise.reject(new Error("no")));
    const options = { maxAttempts: 2 } as TaskSubmitOptions;
    await assert.rejects(host.submitTask(task, options), { code: "INVALID_ARGUMENT" });
    const id = await host.submitTask(task);
    await assert.rejects(host.submitTask(task), { code: "ALREADY_SUBMITTED" });
    await engine.until(id, "failed");
    await assert.rejects(engine.engine.resubmitJob(id), { code: "WRONG_STATE" });
  });

  void it("is whole: a part, or what is none, is refused", async () => {
    await using engine = await openTestEngine();
    const host = jobHost(engine.host());
    const part = new Aggregator("All").add(new Task("Part", () => undefined));
    await assert.rejects(host.submitTask(part), {
      code: "INVALID_ARGUMENT",
      message: /a part of "All"/,
    });
    await assert.rejects(host.submitTask({} as Task), { code: "INVALID_ARGUMENT" });
  });

  void it("is stopped when the host closes", async () => {
    const engine = await openTestEngine();
    const task = new Task(
      "Long",
      (control) =>
        new Promise<void>((_resolve, reject) => {
          control.onCancel(reject);
        }),
    );
    await jobHost(engine.host()).submitTask(task);
    await engine.next("changed");
    await engine[Symbol.asyncDispose]();
    assert.equal(task.state, "canceled");
  });
});
