import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { JobHost } from "../../../src/sdk.ts";
import { startJob } from "../src/job/start-job.ts";
import type { SendParts } from "../src/job/send-job.ts";
import { openSendQueue, type SendQueue } from "../src/open-send-queue.ts";
import { StoreCall } from "../src/routes/store-call.ts";
import { withDefaults } from "../src/routes/store-request.ts";
import { queuedInstance } from "./support/queued-instance.ts";

const instance = queuedInstance("1");

const fail = (): Promise<never> => Promise.reject(new Error("the disk is full"));

describe("a store whose job cannot be submitted", () => {
  let folder = "";
  let open: SendQueue;
  let parts: SendParts;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    open = await openSendQueue({
      DicomModalities: { pacs: ["PACS", "127.0.0.1", 104] },
      SendQueue: { Directory: join(folder, "queue"), MinFreeMB: 1 },
    });
    await open.queue.call("keep", { instance, now: 1 });
    parts = {
      queue: open.queue,
      requests: open.requests,
      destinationOf: () => null,
      growth: { mayEnd: () => true, entered: () => 0, maySleep: () => true },
    };
  });
  afterEach(async () => {
    await open[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it("is refused, and nothing of it is left to be sent", async () => {
    const destination = open.destinations.get("pacs");
    assert.ok(destination !== undefined);
    const request = { method: "POST", path: "/modalities/pacs/store", params: {} } as const;
    const host = { submit: fail } as unknown as JobHost;
    const call = new StoreCall(host, { open, parts, destination, request });
    const resources = [instance.resources.instance];
    await assert.rejects(call.store(withDefaults({ Resources: resources }), { resources }), {
      message: "the disk is full",
    });
    assert.deepEqual(await open.queue.call("openRequests", {}), []);
    const [item] = await open.queue.call("items", { filter: {}, limit: 10 });
    assert.equal(item?.state, "removed");
  });

  it("but one whose job is only not noted is sent by it", async () => {
    const host = { submit: async () => "00000000" } as unknown as JobHost;
    const request = { id: "r", destination: "pacs", priority: 0, isPermissive: false };
    const job = await startJob(
      host,
      { ...parts, queue: { call: fail } as unknown as SendParts["queue"] },
      request,
    );
    assert.equal(job, "00000000");
  });
});
