import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import { findBinding } from "../../src/native/binding.ts";
import { eventually } from "./support/host-eventually.ts";
import { HostWorkshop } from "./support/host-workshop.ts";
import { WorkerHost } from "./support/host-worker.ts";

const workshop = new HostWorkshop();
let library = "";
before(() => void (library = workshop.sharedLibrary("worker")));
after(() => workshop.remove());

/** Counts how often the loop is woken for the inbox of the host that is opened next. */
function countWakes(): { readonly wakes: number } {
  const binding = findBinding();
  assert(binding !== null);
  const createCore = binding.createCore.bind(binding);
  const count = { wakes: 0 };
  binding.createCore = (options) => {
    binding.createCore = createCore;
    const wake = (): void => {
      count.wakes += 1;
      options.wake();
    };
    return createCore({ ...options, wake });
  };
  return count;
}

/** Long, of short steps. */
const work = { name: "long", steps: 1_000_000, ms: 1 };
/** Much longer than it lasts from one sample of a job to the next. */
const watchedMs = 600;

describe("the progress of native jobs", { timeout: 60_000 }, () => {
  it("does not wake the loop while nobody observes, and is true when it is asked for", async () => {
    const count = countWakes();
    await using worker = await WorkerHost.openUnobserved({ plugins: [library] });
    const id = await worker.submit({ ...work, count: 2 });
    await eventually(() => worker.host.jobs().every((job) => job.progress > 0));
    const { progress } = worker.host.jobInfo(id);
    const { wakes } = count;
    await setTimeout(watchedMs);
    // One may have been on its way; samples would be six for each job.
    assert.ok(count.wakes - wakes <= 1, `${count.wakes - wakes} wakes`);
    await eventually(() => worker.host.jobInfo(id).progress > progress);
    for (const job of worker.host.jobs()) await worker.host.cancelJob(job.id);
  });

  it("wakes the loop ten times a second for all of them while somebody does", async () => {
    const count = countWakes();
    const heard = new Map<string, number>();
    await using worker = await WorkerHost.openUnobserved({
      plugins: [library],
      concurrentJobs: 4,
      observer(event) {
        if (event.kind !== "progressed") return;
        heard.set(event.job.id, (heard.get(event.job.id) ?? 0) + 1);
      },
    });
    await worker.submit({ ...work, count: 4 });
    await eventually(() => heard.size === 4);
    const [since, { wakes }] = [performance.now(), count];
    await eventually(() => [...heard.values()].every((times) => times > 5));
    const most = (performance.now() - since) / 100 + 2;
    assert.ok(count.wakes - wakes <= most, `${count.wakes - wakes} wakes, ${most} at most`);
    for (const job of worker.host.jobs()) await worker.host.cancelJob(job.id);
  });

  it("is heard again by whoever begins to observe", async () => {
    await using worker = await WorkerHost.openUnobserved({ plugins: [library] });
    const id = await worker.submit({ ...work, steps: 30_000 });
    await eventually(() => worker.host.jobInfo(id).progress > 0);
    const abort = new AbortController();
    const answer = await fetch(`${worker.host.url}/jobs/${id}/events`, { signal: abort.signal });
    let text = "";
    let values = 0;
    const decoder = new TextDecoder();
    for await (const bytes of answer.body ?? []) {
      text += decoder.decode(bytes as Uint8Array);
      const seen = new Set(
        [...text.matchAll(/"Progress":([\d.]+)/g)].map(([, percent]) => percent),
      );
      values = seen.size;
      if (values > 2) break;
    }
    assert.ok(values > 2);
    abort.abort();
    await worker.host.cancelJob(id);
  });
});
