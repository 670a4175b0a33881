import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openHost, type Host, type HostOptions } from "../../src/index.ts";
import { Events } from "../e2e/support/events.ts";
import { eventually } from "./support/host-eventually.ts";
import { assertBalanced, watchCounts } from "./support/host-counts.ts";
import { HostWorkshop } from "./support/host-workshop.ts";

const workshop = new HostWorkshop();
let library = "";
before(() => void (library = workshop.sharedLibrary("worker")));
after(() => workshop.remove());

const drainTimeoutMs = 10_000;

/** A job of JavaScript that never ends by itself; it notes what was called, and when it closed. */
class Endless {
  readonly trace: string[] = [];

  submit(host: Host): Promise<string> {
    const handle = host.createJob({
      type: "endless",
      payload: this,
      step: () => {
        this.trace.push("step");
        return { kind: "continue" };
      },
      stop: (_job, reason) => void this.trace.push(`stop:${reason}`),
      finalize: () => void this.trace.push("finalize"),
    });
    return host.submitJob(handle);
  }

  /** Without the steps that were made before the host was told to close. */
  get afterClose(): readonly string[] {
    return this.trace.slice(this.trace.indexOf("close") + 1);
  }
}

/** Closes the host; the answer is the milliseconds that it took. */
async function closeNow(host: Host, jobs: readonly Endless[]): Promise<number> {
  const began = performance.now();
  for (const { trace } of jobs) trace.push("close");
  await host.close();
  return performance.now() - began;
}

describe("a host that closes right after a submit", { timeout: 60_000 }, () => {
  for (const kind of ["memory", "sqlite"] as const) {
    const open = async (name: string): Promise<{ host: Host; events: Events }> => {
      const events = new Events();
      const path = workshop.file(`${name}.db`);
      const store: HostOptions["store"] = kind === "memory" ? { kind } : { kind, path };
      const { observer } = events;
      const options = { plugins: [library], concurrentJobs: 2, drainTimeoutMs, store, observer };
      return { host: await openHost(options), events };
    };

    it(`steps no job of JavaScript whose slot is on its way (${kind})`, async () => {
      const counts = watchCounts();
      const { host, events } = await open("one");
      const job = new Endless();
      await job.submit(host);
      const took = await closeNow(host, [job]);
      assert.deepEqual(job.afterClose, ["stop:closing", "finalize"]);
      assertPrompt(took, events);
      assertBalanced(counts());
    });

    it(`steps none of many, whether they had a slot or not (${kind})`, async () => {
      const counts = watchCounts();
      const { host, events } = await open("many");
      const jobs = Array.from({ length: 50 }, () => new Endless());
      await Promise.all(jobs.map((job) => job.submit(host)));
      const took = await closeNow(host, jobs);
      for (const { afterClose } of jobs) {
        assert.deepEqual(afterClose, ["stop:closing", "finalize"]);
      }
      assertPrompt(took, events);
      assertBalanced(counts());
    });
  }

  it("lets go of a step that returns when the host has long been closed", async () => {
    const counts = watchCounts();
    const host = await openHost({ plugins: [library], drainTimeoutMs: 50 });
    const trace: string[] = [];
    const step = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const handle = host.createJob({
      type: "late",
      payload: null,
      step: async () => {
        begun.resolve();
        await step.promise;
        return { kind: "success" };
      },
      finalize: () => void trace.push("finalize"),
    });
    await host.submitJob(handle);
    await begun.promise;
    await host.close();
    assert.deepEqual(trace, []);
    step.resolve();
    await eventually(() => trace.length > 0);
    assert.deepEqual(trace, ["finalize"]);
    assertBalanced(counts());
  });
});

/** Nobody was waited for in vain. */
function assertPrompt(took: number, { seen }: Events): void {
  assert.ok(took < drainTimeoutMs / 2, `it took ${took} ms`);
  const logged = seen.flatMap((event) => (event.kind === "logged" ? [event.text] : []));
  assert.doesNotMatch(logged.join("\n"), /still step/);
}
