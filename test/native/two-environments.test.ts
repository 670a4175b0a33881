import assert from "node:assert/strict";
import { once } from "node:events";
import { after, describe, it } from "node:test";
import { Worker } from "node:worker_threads";
import { HostWorkshop } from "./support/host-workshop.ts";

const workshop = new HostWorkshop();
after(() => workshop.remove());

const script = new URL("support/environment-child.ts", import.meta.url);

/** Resolves with the states of its jobs, and its exit code. */
async function liveIn(name: string, file: string, jobs: number): Promise<readonly unknown[]> {
  const worker = new Worker(script, { workerData: { file, name, jobs } });
  const exited = once(worker, "exit");
  const [states] = (await once(worker, "message")) as [readonly string[]];
  return [states, ...(await exited)];
}

const ended = (jobs: number): readonly unknown[] => [Array<string>(jobs).fill("succeeded"), 0];

describe("one native plugin in two worker threads", { timeout: 60_000 }, () => {
  for (const kind of ["addon", "sharedLibrary"] as const) {
    it(`has a host in each, and one that ends leaves the other alone (${kind})`, async () => {
      const file = workshop[kind]("worker");
      const [short, long] = await Promise.all([liveIn("a", file, 2), liveIn("b", file, 12)]);
      assert.deepEqual([short, long], [ended(2), ended(12)]);
      // The image is still there, and serves a third.
      assert.deepEqual(await liveIn("c", file, 1), ended(1));
    });
  }
});
