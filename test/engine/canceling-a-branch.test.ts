import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Aggregator, Observer, Task } from "../../src/progress.ts";
import { StepResult, jobHost, type JobRun } from "../../src/sdk.ts";
import { Gate } from "../../src/testing/index.ts";
import { openTestEngine } from "../support/engine-harness.ts";

/** A step that ends as its part does. */
async function awaitPart(_payload: null, run: JobRun): Promise<StepResult> {
  const part = new Task(
    "Part",
    (control) =>
      new Promise<void>((_resolve, reject) => {
        control.onCancel(reject);
      }),
  );
  await run.progress.add(part).run();
  return StepResult.success;
}

void describe("canceling a branch", () => {
  void it("stops that branch and nothing else", async () => {
    await using engine = await openTestEngine();
    const gate = new Gate();
    const states: string[] = [];
    const step = async (_payload: null, run: JobRun): Promise<StepResult> => {
      const one = run.progress.add(new Aggregator("One"));
      const leaf = one.add(new Observer("Leaf"));
      const two = run.progress.add(new Observer("Two"));
      void one.run();
      leaf.onCancel(() => leaf.finish());
      await gate.pass();
      states.push(one.state, leaf.state, two.state);
      return StepResult.success;
    };
    const host = engine.host();
    const id = await host.submitJob(host.createJob({ type: "plain", payload: null, step }));
    await gate.reached;
    const node = engine.engine.jobProgress(id).parts[0]?.id ?? "";
    await engine.engine.cancelBranch(id, node);
    await engine.engine.cancelBranch(id, node);
    gate.open();
    await engine.until(id, "succeeded");
    assert.deepEqual(states, ["canceled", "canceled", "running"]);
    await engine.engine.cancelBranch(id, node);
  });

  void it("is refused where there is no such node, or it is not cancelable", async () => {
    await using engine = await openTestEngine();
    const gate = new Gate();
    const all = new Aggregator("All");
    const part = all.add(new Task("Part", () => gate.pass(), { cancelable: false }));
    const id = await jobHost(engine.host()).submitTask(all);
    await gate.reached;
    await assert.rejects(engine.engine.cancelBranch(id, "none"), { code: "NOT_FOUND" });
    await assert.rejects(engine.engine.cancelBranch(id, part.id), { code: "WRONG_STATE" });
    gate.open();
    await engine.until(id, "succeeded");
  });

  void it("cancels the job at the root, under its own id or 0", async () => {
    await using engine = await openTestEngine({ slots: 2 });
    const host = jobHost(engine.host());
    for (const name of ["own", "0"]) {
      const gate = new Gate();
      const task = new Task("Wait", (control) => {
        control.onCancel(() => gate.open());
        return gate.pass();
      });
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const id = await host.submitTask(task);
      await gate.reached;
      await engine.engine.cancelBranch(id, name === "own" ? task.id : name);
      assert.equal((await engine.until(id, "failed")).error?.code, "JOB_CANCELED");
    }
  });

  void it("lets a step that awaits the branch hear of it, and a canceled job end as canceled", async () => {
    await using engine = await openTestEngine({ slots: 2 });
    const host = engine.host();
    const submit = async (): Promise<string> => {
      const id = await host.submitJob(
        host.createJob({ type: "plain", payload: null, step: awaitPart }),
      );
      await engine.until(id, "running");
      await engine.drain();
      return id;
    };
    const [one, two] = [await submit(), await submit()];
    await engine.engine.cancelBranch(one, engine.engine.jobProgress(one).parts[0]?.id ?? "");
    assert.equal((await engine.until(one, "failed")).error?.code, "CANCELED");
    await engine.engine.cancelJob(two);
    assert.equal((await engine.until(two, "failed")).error?.code, "JOB_CANCELED");
  });
});
