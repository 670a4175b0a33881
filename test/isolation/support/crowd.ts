import { once } from "node:events";
import {
  Job,
  StepResult,
  definePlugin,
  type JobDescriptor,
  type JobRun,
} from "../../../src/sdk.ts";

/** What of its jobs was made and finalized, for a test that shares this memory. */
type Counts = Int32Array;

/** Ends at once. Of handles, not of a class: what is refused is not given back, but finalized. */
function leaf(counts: Counts): JobDescriptor<null> {
  Atomics.add(counts, 0, 1);
  return {
    type: "leaf",
    payload: null,
    step: () => StepResult.success,
    finalize: () => void Atomics.add(counts, 1, 1),
  };
}

/** Keeps its slot until it is asked to stop. */
class Holder extends Job {
  readonly type = "holder";

  async step({ signal }: JobRun): Promise<StepResult> {
    if (!signal.aborted) await once(signal, "abort");
    return StepResult.continue;
  }
}

/** Does its work when the crowd has come. */
class Sower extends Job {
  readonly type = "sower";
  readonly #sow: () => Promise<StepResult>;

  constructor(sow: () => Promise<StepResult>) {
    super();
    this.#sow = sow;
  }

  step(): Promise<StepResult> {
    return this.#sow();
  }
}

/** A plugin that submits more jobs than its host has room for, and does so in steps too. */
export const plugin = definePlugin({
  name: "crowd",
  version: "1.0.0",
  start(host) {
    const counts = host.getConfig("/crowd/counts") as unknown as Counts;
    const { promise: crowded, resolve } = Promise.withResolvers<void>();
    const sow = async (): Promise<StepResult> => {
      await crowded;
      // In a step it does not wait for room: there is none.
      await host.submitJob(host.createJob(leaf(counts)));
      return StepResult.success;
    };
    host.registerRoute("POST", "/crowd/sower", async () => ({
      body: await host.submit(new Sower(sow)),
    }));
    host.registerRoute("POST", "/crowd/holder", async () => ({
      body: await host.submit(new Holder()),
    }));
    host.registerRoute("POST", "/crowd", ({ body }) => {
      const { jobs } = JSON.parse(new TextDecoder().decode(body)) as { readonly jobs: number };
      // After the handler: in it they would not wait for room.
      setImmediate(() => {
        for (let job = 0; job < jobs; job += 1) {
          host.submitJob(host.createJob(leaf(counts))).catch(() => Atomics.add(counts, 2, 1));
        }
        resolve();
      });
      return { body: "begun" };
    });
  },
});
