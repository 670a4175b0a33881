import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Aggregator, Observer, Task } from "../../src/progress.ts";
import { Job, StepResult, jobHost, type JobRun, type ProgressSnapshot } from "../../src/sdk.ts";
import { Gate } from "../../src/testing/index.ts";
import { openTestEngine } from "../support/engine-harness.ts";

/** Reads in one step and writes in the next; its parts are there from the start. */
class Copy extends Job {
  readonly type = "copy";
  readonly read = this.progress.add(new Observer("Read", { total: 10 }), 3);
  readonly write = this.progress.add(new Task("Write", (control) => this.#write(control)));
  readonly gates = [new Gate(), new Gate()] as const;

  async step(_run: JobRun): Promise<StepResult> {
    if (this.read.state === "running") {
      this.read.report(5);
      this.read.log("info", "half of it");
      await this.gates[0].pass();
      this.read.finish();
      return StepResult.continue;
    }
    await this.write.run();
    return StepResult.success;
  }

  async #write(control: { readonly signal: AbortSignal }): Promise<void> {
    await this.gates[1].pass();
    control.signal.throwIfAborted();
  }
}

/** A line a node: its name, state and fraction. */
const rows = ({ name, state, fraction, parts }: ProgressSnapshot): string[] => [
  `${name} ${state} ${fraction}`,
  ...parts.flatMap((part) => rows(part).map((row) => `  ${row}`)),
];

void describe("the tree of a job", () => {
  void it("shows from the submit on, over all steps, and stays with the finished job", async () => {
    await using engine = await openTestEngine({ slots: 1 });
    const host = jobHost(engine.host());
    const before = new Gate();
    await host.submitTask(new Task("Before", () => before.pass()));
    const job = new Copy();
    const id = await host.submit(job);
    const tree = (): string[] => rows(engine.engine.jobProgress(id));
    assert.deepEqual(tree(), ["copy waiting 0", "  Read running 0", "  Write waiting 0"]);
    before.open();
    await job.gates[0].reached;
    assert.deepEqual(tree(), ["copy running 0.375", "  Read running 0.5", "  Write waiting 0"]);
    assert.equal(engine.engine.jobProgress(id).parts[0]?.weight, 3);
    engine.clock.advance(100);
    assert.equal(engine.info(id).progress, 0.375);
    job.gates[0].open();
    await job.gates[1].reached;
    assert.deepEqual(tree(), ["copy running 0.75", "  Read finished 1", "  Write running 0"]);
    job.gates[1].open();
    await engine.until(id, "succeeded");
    await engine.drain();
    assert.deepEqual(tree(), ["copy finished 1", "  Read finished 1", "  Write finished 1"]);
    const lines = engine.engine.jobLogs(id).map(({ text }) => text);
    assert.deepEqual(lines, ["Read: half of it"]);
  });

  void it("is one with that of its run, also of a job without a class", async () => {
    await using engine = await openTestEngine();
    const gate = new Gate();
    const host = engine.host();
    const step = async (_payload: null, run: JobRun): Promise<StepResult> => {
      run.setProgress(1, 2);
      const part = run.progress.add(new Observer("Part"));
      part.report(20);
      await gate.pass();
      return StepResult.failure("BROKEN", "it broke");
    };
    const id = await host.submitJob(host.createJob({ type: "plain", payload: null, step }));
    await gate.reached;
    engine.clock.advance(100);
    assert.equal(engine.info(id).progress, 0.2);
    gate.open();
    await engine.until(id, "failed");
    const tree = engine.engine.jobProgress(id);
    assert.deepEqual(rows(tree), ["plain failed 0.2", "  Part canceled 0.2"]);
    assert.deepEqual(tree.state === "failed" && tree.error, {
      name: "BROKEN",
      message: "it broke",
    });
  });

  void it("is told of as it changes, and at its end", async () => {
    await using engine = await openTestEngine();
    const gate = new Gate();
    const host = engine.host();
    const step = async (_payload: null, run: JobRun): Promise<StepResult> => {
      const part = run.progress.add(new Observer("Part", { clock: engine.clock }));
      for (let done = 1; done <= 50; done += 1) part.report(done);
      await gate.pass();
      return StepResult.success;
    };
    const id = await host.submitJob(host.createJob({ type: "plain", payload: null, step }));
    await gate.reached;
    const told = (): (number | null | undefined)[] =>
      engine.events.flatMap((event) =>
        event.kind === "reported" ? [event.progress?.fraction] : [],
      );
    assert.deepEqual(told(), []);
    await engine.advance(40);
    assert.deepEqual(told(), [0.5]);
    gate.open();
    await engine.until(id, "succeeded");
    await engine.drain();
    assert.deepEqual(told(), [0.5, 1]);
    const kinds = engine.events.map(({ kind }) => kind);
    assert.ok(kinds.lastIndexOf("reported") > kinds.lastIndexOf("changed"));
  });

  void it("is a root made of the job, if it has no parts", async () => {
    await using engine = await openTestEngine();
    const gate = new Gate();
    const host = engine.host();
    const step = async (_payload: null, run: JobRun): Promise<StepResult> => {
      run.setProgress(1, 4);
      await gate.pass();
      return StepResult.success;
    };
    const id = await host.submitJob(host.createJob({ type: "plain", payload: null, step }));
    await gate.reached;
    engine.clock.advance(100);
    const { percent, ...tree } = engine.engine.jobProgress(id);
    assert.deepEqual(
      [tree.state, tree.id, tree.done, tree.total, percent],
      ["running", "0", 25, 100, 25],
    );
    gate.open();
    await engine.until(id, "succeeded");
    assert.equal(engine.engine.jobProgress(id).percent, 100);
    assert.throws(() => engine.engine.jobProgress("no id"), { code: "NOT_FOUND" });
  });

  void it("begins anew when the job is reset", async () => {
    await using engine = await openTestEngine();
    const host = engine.host();
    let runs = 0;
    const step = (_payload: null, run: JobRun): StepResult => {
      runs += 1;
      run.progress.add(new Observer(`Part ${runs}`)).finish();
      return runs === 1 ? StepResult.failure("BROKEN", "once") : StepResult.success;
    };
    const descriptor = { type: "again", payload: null, step, reset: () => undefined };
    const id = await host.submitJob(host.createJob(descriptor));
    await engine.until(id, "failed");
    assert.deepEqual(rows(engine.engine.jobProgress(id)), [
      "again failed 1",
      "  Part 1 finished 1",
    ]);
    await engine.engine.resubmitJob(id);
    await engine.until(id, "succeeded");
    assert.deepEqual(rows(engine.engine.jobProgress(id)), [
      "again finished 1",
      "  Part 2 finished 1",
    ]);
  });

  void it("is shown as far as there is room", async () => {
    await using engine = await openTestEngine();
    const all = new Aggregator("Many");
    for (let count = 0; count < 1_200; count += 1) {
      all.add(new Task(`part ${"x".repeat(600)}`, () => undefined));
    }
    const id = await jobHost(engine.host()).submitTask(all);
    await engine.until(id, "succeeded");
    const { parts, omitted } = engine.engine.jobProgress(id);
    assert.deepEqual([parts.length, omitted, parts[0]?.name.length], [999, 201, 512]);
  });
});
