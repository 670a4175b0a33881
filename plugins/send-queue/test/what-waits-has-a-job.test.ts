import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { JobHost } from "../../../src/sdk.ts";
import type { SendParts } from "../src/job/send-job.ts";
import { startJobs } from "../src/job/start-job.ts";
import { dressedInstance } from "./support/dressed-instance.ts";
import { HeldQueue } from "./support/held-queue.ts";
import { until, type RoutedQueue } from "./support/routed-queue.ts";

describe("what waits has a job", () => {
  let held: HeldQueue;
  let peer: HeldQueue["peer"];
  let queue: HeldQueue["queue"];

  beforeEach(async () => {
    held = await HeldQueue.open();
    ({ peer, queue } = held);
  });
  afterEach(() => held[Symbol.asyncDispose]());

  const taken = (): Promise<string> => queue.take(dressedInstance().file);
  const store = async (body: object): ReturnType<RoutedQueue["call"]> =>
    queue.call("POST", "/modalities/pacs/store", body);
  const database = (): DatabaseSync =>
    new DatabaseSync(join(queue.folder, "queue", "queue.sqlite"));

  for (const { how, job } of [
    { how: "has ended", job: "job" },
    { how: "was never submitted", job: "NULL" },
  ]) {
    it(`again if that ${how}`, async () => {
      held.letGo();
      await queue.call("POST", "/send-queue/destinations/pacs/pause");
      const [, { ID: id }] = await store({ Resources: [await taken()], Asynchronous: true });
      await queue.host.cancelJob(String(id));
      await until("it is an error", async () => (await queue.items("state=failed")).length === 1);
      // What comes after the end of a job is none of its own any more.
      await queue.host.waitJob(String(id));
      // As if it had come while the job ended.
      using file = database();
      file.exec(
        `UPDATE items SET state = 0, queued_at = ${Date.now()}, changed_at = ${Date.now()}`,
      );
      file.exec(`UPDATE requests SET job = ${job}`);
      await queue.call("POST", "/send-queue/destinations/pacs/resume");
      await until("it has arrived", () => peer.received.length === 1);
    });
  }

  it("still if something went wrong here, and whoever waits is told to wait no longer", async () => {
    const answer = store({ Resources: [await taken()] });
    await until("it is being sent", () => held.begun === 1);
    using file = database();
    file.exec("BEGIN IMMEDIATE");
    held.letGo();
    const [status, { ID: id }] = await answer;
    assert.equal(status, 202);
    file.exec("ROLLBACK");
    const { state } = await queue.host.waitJob(String(id), { timeoutMs: 30_000 });
    assert.deepEqual([state, peer.received.length], ["succeeded", 1]);
  });

  it("whatever becomes of the jobs of others", async () => {
    const made: string[] = [];
    let count = 0;
    const host = {
      submit: async () => {
        count += 1;
        if (count === 1) throw new Error("there is no room");
        return `job ${count}`;
      },
      log: () => {},
    } as unknown as JobHost;
    const parts = {
      destinationOf: () => null,
      queue: {
        call: async (_name: string, { request }: { request: string }) => made.push(request),
      },
    } as unknown as SendParts;
    const requests = ["a", "b", "c"].map((id) => {
      return { id, destination: "pacs", priority: 0, isPermissive: false };
    });
    assert.equal(await startJobs(host, parts, requests), 2);
    assert.deepEqual(made, ["b", "c"]);
  });

  it("that somebody cancels: whoever waits is told so", async () => {
    const answer = store({ Resources: [await taken()] });
    await until("it is being sent", () => held.begun === 1);
    const [job] = queue.jobs();
    await queue.host.cancelJob(job?.id ?? "");
    const late = delay(20_000, null, { ref: false });
    const [status, body] = (await Promise.race([answer, late])) ?? [];
    assert.deepEqual([status, body?.["SendQueue"]], [500, { ID: job?.id, Queued: 0, Failed: 1 }]);
  });

  it("and what somebody takes out of the queue has not arrived", async () => {
    peer.answer = () => 0xa900;
    const answer = store({ Resources: [await taken()] });
    await until("it is being sent", () => held.begun === 1);
    const [item] = await queue.items();
    await queue.call("DELETE", `/send-queue/items/${String(item?.["ID"])}`);
    held.letGo();
    const [status] = await answer;
    assert.equal(status, 500);
  });
});
