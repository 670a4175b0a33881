import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { JobRun, StepResult } from "../../../src/sdk.ts";
import type { Destination } from "../src/destinations/destination.ts";
import { SendJob } from "../src/job/send-job.ts";
import { Requests } from "../src/job/requests.ts";
import { Queue } from "../src/queue/queue.ts";
import { filesOf, queuedInstance } from "./support/queued-instance.ts";

const why = { code: "0110", sentence: "The peer could not process it." };

/** Milliseconds; a request that others are to wake sleeps for longer. */
const soonMs = 1_000;

describe("an instance that becomes due between the look for what to send and the look at what is left", () => {
  let folder = "";
  let queue: Queue;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    queue = await Queue.open(join(folder, "queue.sqlite"));
  });
  after(async () => {
    await queue.close();
    await rm(folder, { recursive: true });
  });

  for (const isStrict of [false, true]) {
    it(`is sent soon${isStrict ? ", where the order counts too" : ""}`, async () => {
      const request = `r${isStrict}`;
      await enterTried(queue, request);
      const result = await stepOf(queue, request, isStrict);
      assert.ok(result.kind === "retry" && (result.afterMs ?? 0) < soonMs, JSON.stringify(result));
    });
  }
});

/** An instance that waits to be tried again, due by now. */
async function enterTried(queue: Queue, request: string): Promise<void> {
  const now = Date.now() - 10_000;
  const instance = queuedInstance(request);
  await queue.call("keep", { instance, now });
  const to = { id: request, destination: request, priority: 0, isPermissive: false };
  await queue.call("enter", { request: to, policy: "always", meant: filesOf([instance]), now });
  const [item] = await queue.call("claim", { request, now, limit: 1 });
  const outcome = { kind: "retry", dueAt: Date.now(), isAlone: false, why } as const;
  await queue.call("settle", { id: item?.id ?? 0, outcome, now });
}

/** A step that found nothing to send: it was not due yet. */
async function stepOf(queue: Queue, request: string, isStrict: boolean): Promise<StepResult> {
  const destination = {
    target: { name: request, stepLimit: 100, isStrict },
    gate: { hurries: 0, turnAfter: (time: number) => time },
    line: { settlings: 0, join: () => {}, leave: () => {} },
    drain: async () => ({ delivered: 0, held: null }),
  } as unknown as Destination;
  const state = { request, target: request, isPermissive: false, resources: [] };
  const job = new SendJob("DicomModalityStore", state, {
    queue,
    requests: new Requests(),
    destinationOf: () => destination,
    growth: { mayEnd: () => true, entered: () => 0, maySleep: () => true },
  });
  const run = { signal: new AbortController().signal, log: () => {} } as unknown as JobRun;
  return job.step(run);
}
