import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Item, Outcome } from "../../src/queue/item.ts";
import { Queue } from "../../src/queue/queue.ts";
import { filesOf, queuedInstance } from "../support/queued-instance.ts";

const failed: Outcome = { kind: "failed", why: { code: "A900", sentence: "It did not take it." } };
const sent: Outcome = { kind: "sent", warning: null, isToCommit: true };

describe("no older version after a newer one", () => {
  let folder = "";
  let queue: Queue;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    queue = await Queue.open(join(folder, "queue.sqlite"));
  });
  afterEach(async () => {
    await queue.close();
    await rm(folder, { recursive: true });
  });

  /** A version of the instance 1.2, in a request of the same name. */
  const enter = async (version: string, destination = "pacs"): Promise<void> => {
    const instances = [queuedInstance(version, "1.2")];
    for (const instance of instances) await queue.call("keep", { instance, now: 1 });
    const request = { id: version, destination, priority: 0, isPermissive: false };
    await queue.call("enter", { request, policy: "always", meant: filesOf(instances), now: 1 });
  };
  const claim = async (request: string): Promise<readonly Item[]> =>
    queue.call("claim", { request, now: 10, limit: 10 });
  const settle = async (request: string, outcome: Outcome): Promise<void> => {
    const [item] = await claim(request);
    assert.ok(item !== undefined, request);
    await queue.call("settle", { id: item.id, outcome, now: 10 });
  };
  const states = async (): Promise<readonly string[]> =>
    (await queue.call("items", { filter: {}, limit: 10 })).map(
      ({ instance, destination, state }) => `${instance.hash} ${destination} ${state}`,
    );
  const requeue = (): Promise<readonly string[]> =>
    queue.call("requeue", { filter: { state: "failed" }, now: 20 });

  it("by a requeue, while the newer one is on its way", async () => {
    await enter("old");
    await settle("old", failed);
    await enter("new");
    const [newer] = await claim("new");
    assert.deepEqual(await requeue(), []);
    await queue.call("release", { ids: [newer?.id ?? 0] });
    assert.deepEqual(await requeue(), ["old"]);
    assert.deepEqual(await claim("new"), []);
  });

  for (const isSent of [true, false]) {
    const how = isSent ? "has" : "is just sent";

    it(`by a move to where the newer one ${how}`, async () => {
      await enter("old");
      await enter("new", "vna");
      await enter("newest");
      await (isSent ? settle("new", sent) : claim("new"));
      const to = { id: "moved", destination: "vna", priority: 0, isPermissive: false };
      const filter = { destination: "pacs" };
      assert.equal(await queue.call("move", { filter, to, now: 20 }), 1);
      const of = isSent ? "sent" : "pending";
      assert.deepEqual(await states(), ["old pacs pending", `new vna ${of}`, "newest vna pending"]);
      assert.equal((await queue.call("counts", { request: "old" })).moved, 0);
    });

    it(`by a diversion to where the newer one ${how}`, async () => {
      await enter("old");
      await enter("new", "vna");
      await enter("newest");
      await (isSent ? settle("new", sent) : claim("new"));
      const given = { from: "pacs", to: "vna", before: 5, now: 20 };
      const diversions = await queue.call("divert", given);
      assert.deepEqual(
        diversions.map(({ count }) => count),
        [1],
      );
      assert.equal((await states())[0], "old pacs pending");
    });

    it(`by a report that the destination lacks the older one when the newer one ${how}`, async () => {
      await enter("old");
      await settle("old", sent);
      await queue.call("askCommitment", {
        destination: "pacs",
        transaction: "2.25.1",
        limit: 10,
        now: 11,
      });
      await enter("new");
      await (isSent ? settle("new", sent) : claim("new"));
      const lacking = [{ sopInstance: "1.2", reason: 0x0112 }];
      const report = { transaction: "2.25.1", committed: [], failed: lacking };
      const reported = await queue.call("reportCommitment", { report, now: 20 });
      assert.deepEqual([reported.sentAgain, reported.failed], [0, isSent ? 0 : 1]);
      const [old] = await queue.call("items", { filter: {}, limit: 1 });
      // What is on its way may never arrive: then somebody can have the older one sent, and asked for.
      const expected = isSent ? ["sent", "none"] : ["failed", "ordered"];
      assert.deepEqual([old?.state, old?.commitment], expected);
      assert.deepEqual(await requeue(), []);
    });
  }
});
