import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Job, openHost, StepResult } from "../../src/index.ts";

// What tests have checked after everything that happens looks at all jobs each time.
process.env["NODE_ENV"] = "production";
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Bytes of the heap that are still reachable. */
function usedHeap(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

class Waiting extends Job {
  readonly type = "waiting";

  step(): StepResult {
    return StepResult.success;
  }
}

class Holder extends Job {
  readonly type = "holder";
  readonly #released: Promise<void>;

  constructor(released: Promise<void>) {
    super();
    this.#released = released;
  }

  async step(): Promise<StepResult> {
    await this.#released;
    return StepResult.success;
  }
}

/** Enough that what is not of a job does not count, and not just above a size at which tables grow. */
const count = 30_000;

describe("a job in TypeScript that waits", () => {
  it("takes at most 1,000 bytes of the host, besides itself", { timeout: 60_000 }, async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    await using host = await openHost({ concurrentJobs: 1, limitJobs: 0 });
    await host.submit(new Holder(released), { priority: 1 });
    const jobs = Array.from({ length: count }, () => new Waiting());
    const before = usedHeap();
    let last = "";
    for (const job of jobs) last = await host.submit(job);
    const bytes = (usedHeap() - before) / jobs.length;
    assert.ok(bytes <= 1_000, `${bytes} bytes`);
    release();
    assert.equal((await host.waitJob(last)).state, "succeeded");
  });
});
