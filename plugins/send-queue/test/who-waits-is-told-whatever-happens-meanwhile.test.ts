import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { JobRun } from "../../../src/sdk.ts";
import type { Destination } from "../src/destinations/destination.ts";
import type { Held } from "../src/destinations/held.ts";
import { Requests, type FirstPass } from "../src/job/requests.ts";
import { SendJob } from "../src/job/send-job.ts";
import { failure } from "../src/policy/failure.ts";
import { Queue } from "../src/queue/queue.ts";
import { HeldQueue } from "./support/held-queue.ts";
import { madeInstance } from "./support/made-instance.ts";
import { filesOf, queuedInstance } from "./support/queued-instance.ts";
import { until } from "./support/routed-queue.ts";

const why = failure("destination", "transient", "ECONNREFUSED", "The peer is away.");

describe("who waits for a request is told", () => {
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

  it("if its destination is configured no more before its job has looked at anything", async () => {
    const pass = await passOf(queue, "r1", null);
    assert.equal(pass?.counts.pending, 1);
  });

  it("if its destination gets into trouble while its job sees that others have all ways", async () => {
    const later = Date.now() + 60_000;
    const pass = await passOf(queue, "r2", { held: { kind: "busy" }, since: openUntil(later) });
    assert.deepEqual([pass?.counts.pending, pass?.nextAt], [1, later]);
  });

  it("if it is paused while its job waits behind an older version", async () => {
    await using held = await HeldQueue.open();
    const older = madeInstance();
    const newer = madeInstance(older.transferSyntax, 1_000, older.sopInstance);
    const store = async (file: Uint8Array, more: object): Promise<number> => {
      const body = { Resources: [await held.queue.take(file)], ...more };
      return (await held.queue.call("POST", "/modalities/pacs/store", body))[0];
    };
    assert.equal(await store(older.file, { Asynchronous: true }), 200);
    await until("it is being sent", () => held.begun === 1);
    const answer = store(newer.file, { SynchronousTimeout: 20 });
    await until("the other sleeps", () => held.queue.jobs()[1]?.state === "retrying");
    await held.queue.call("POST", "/send-queue/destinations/pacs/pause");
    assert.equal(await answer, 500);
  });

  it("if its destination is taken out while others have all ways", async () => {
    await using held = await HeldQueue.open();
    const modality = { AET: "PACS", Host: "127.0.0.1", Port: held.peer.port };
    // Two are sent at a time.
    const [status] = await held.queue.call("PUT", "/modalities/other", modality);
    assert.equal(status, 200);
    const store = async (more: object): Promise<number> => {
      const body = { Resources: [await held.queue.take(madeInstance().file)], ...more };
      return (await held.queue.call("POST", "/modalities/other/store", body))[0];
    };
    for (const count of [1, 2]) {
      assert.equal(await store({ Asynchronous: true }), 200);
      await until("it is being sent", () => held.begun === count);
    }
    const answer = store({ SynchronousTimeout: 20 });
    await until("the last sleeps", () => held.queue.jobs()[2]?.state === "retrying");
    await held.queue.call("DELETE", "/modalities/other?force=true");
    assert.equal(await answer, 500);
  });
});

const openUntil = (time: number): Held => ({ kind: "open", until: time, why });

/** What a step tells who waits, of a request of one instance; undefined: nothing. */
async function passOf(
  queue: Queue,
  request: string,
  met: { readonly held: Held; readonly since: Held } | null,
): Promise<FirstPass | null | undefined> {
  const now = Date.now();
  const instance = queuedInstance(request);
  await queue.call("keep", { instance, now });
  const to = { id: request, destination: request, priority: 0, isPermissive: false };
  await queue.call("enter", { request: to, policy: "always", meant: filesOf([instance]), now });
  const requests = new Requests();
  const passed = requests.firstPass(request);
  const destination = {
    target: { name: request, stepLimit: 100, isStrict: false },
    gate: { hurries: 0, turnAfter: (time: number) => time, held: () => met?.since },
    line: { settlings: 0, join: () => {}, leave: () => {} },
    drain: async () => ({ delivered: 0, held: met?.held }),
  } as unknown as Destination;
  const state = { request, target: request, isPermissive: false, resources: [] };
  const job = new SendJob("DicomModalityStore", state, {
    queue,
    requests,
    destinationOf: () => (met === null ? null : destination),
    growth: { mayEnd: () => true, entered: () => 0, maySleep: () => true },
  });
  const run = { signal: new AbortController().signal, log: () => {} } as unknown as JobRun;
  await job.step(run);
  return Promise.race([passed, delay(0, undefined)]);
}
