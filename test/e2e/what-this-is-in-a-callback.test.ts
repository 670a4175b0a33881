import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Job, openHost, StepResult, type JobDescriptor } from "../../src/index.ts";

const callbacks = ["step", "stop", "reset", "getProgress", "getContent", "getSerialized"] as const;

/** What `this` was in each of its methods. */
class Remembering extends Job {
  readonly type = "remembering";
  readonly seen = new Map<string, unknown>();
  steps = 0;

  step(): StepResult {
    this.seen.set("step", this);
    this.steps += 1;
    return this.steps > 1 ? StepResult.success : StepResult.failure("FIRST", "the first time");
  }
  override stop(): void {
    this.seen.set("stop", this);
  }
  override reset(): void {
    this.seen.set("reset", this);
  }
  override getProgress(): number {
    this.seen.set("getProgress", this);
    return 0;
  }
  override getContent(): Record<string, never> {
    this.seen.set("getContent", this);
    return {};
  }
  override getSerialized(): string {
    this.seen.set("getSerialized", this);
    return "state";
  }
  override finalize(): void {
    this.seen.set("finalize", this);
  }
}

describe("`this` in a callback", () => {
  it("is the job in every method of a Job", async () => {
    const job = new Remembering();
    await using host = await openHost();
    const id = await host.submit(job);
    assert.equal((await host.waitJob(id)).state, "failed");
    await host.resubmitJob(id);
    assert.equal((await host.waitJob(id)).state, "succeeded");
    await host.close();
    assert.deepEqual(
      [...job.seen.keys()].toSorted(byText),
      [...callbacks, "finalize"].toSorted(byText),
    );
    assert.ok([...job.seen.values()].every((seen) => seen === job));
  });

  it("is nothing in the callbacks of a descriptor: what they know is in the payload", async () => {
    const seen = new Map<string, unknown>();
    const payload = { steps: 0 };
    const descriptor: JobDescriptor<typeof payload> = {
      type: "bare",
      payload,
      step: note("step", (own: typeof payload) =>
        ++own.steps > 1 ? StepResult.success : StepResult.failure("FIRST", "the first time"),
      ),
      stop: note("stop", () => undefined),
      reset: note("reset", () => undefined),
      getProgress: note("getProgress", () => 0),
      getContent: note("getContent", () => ({})),
      getSerialized: note("getSerialized", () => "state"),
      finalize: note("finalize", () => undefined),
    };
    function note<A extends unknown[], R>(name: string, answer: (...all: A) => R) {
      return function callback(this: unknown, ...all: A): R {
        seen.set(name, this);
        assert.equal(all[0], payload);
        return answer(...all);
      };
    }
    await using host = await openHost();
    const id = await host.submitJob(host.createJob(descriptor));
    await host.waitJob(id);
    await host.resubmitJob(id);
    assert.equal((await host.waitJob(id)).state, "succeeded");
    await host.close();
    assert.equal(seen.size, callbacks.length + 1);
    assert.deepEqual(
      [...seen].filter(([, value]) => value !== undefined),
      [],
    );
  });
});

const byText = (a: string, b: string): number => a.localeCompare(b);
