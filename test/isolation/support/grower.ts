import { Aggregator, Observer, Task } from "../../../src/progress.ts";
import { Job, StepResult, definePlugin } from "../../../src/sdk.ts";

/** Has two parts from its birth; ends when one was canceled and the other is let go. */
class Grow extends Job {
  readonly type = "grow";
  readonly branch = this.progress.add(new Observer("Branch", { total: 4 }), 3);
  readonly other = this.progress.add(new Observer("Other"));

  async step(): Promise<StepResult> {
    this.branch.report(2);
    this.branch.log("info", "half grown");
    const { promise, resolve } = Promise.withResolvers<void>();
    this.branch.onCancel(() => resolve());
    await promise;
    this.branch.finish();
    this.other.finish();
    return StepResult.success;
  }
}

/** A plugin whose jobs have trees. */
export const plugin = definePlugin({
  name: "grower",
  version: "1.0.0",
  start(host) {
    host.registerRoute("POST", "/grow", async () => ({
      body: { id: await host.submit(new Grow()) },
    }));
    host.registerRoute("POST", "/aggregate", async () => {
      const all = new Aggregator("All", { concurrency: "sequential" });
      const gate = Promise.withResolvers<void>();
      all.add(new Task("First", () => gate.promise));
      all.add(new Task("Second", () => undefined));
      const id = await host.submitTask(all);
      host.registerRoute("POST", `/open/${id}`, () => gate.resolve());
      return { body: { id } };
    });
  },
});
