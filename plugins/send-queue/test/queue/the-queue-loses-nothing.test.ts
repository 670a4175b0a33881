import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Entered, QueuedInstance, RepushPolicy } from "../../src/queue/item.ts";
import { Queue, QueueFailed } from "../../src/queue/queue.ts";
import { filesOf, queuedInstance } from "../support/queued-instance.ts";

const why = { code: "A700", sentence: "The peer is out of resources." };

describe("the queue loses nothing", () => {
  let folder = "";
  let queue: Queue;
  const open = (): Promise<Queue> => Queue.open(join(folder, "queue.sqlite"));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    queue = await open();
  });
  afterEach(async () => {
    await queue.close();
    await rm(folder, { recursive: true });
  });

  const enter = async (
    instances: readonly QueuedInstance[],
    { request = "r1", policy = "always" }: { request?: string; policy?: RepushPolicy } = {},
  ): Promise<Entered> => {
    for (const instance of instances) await queue.call("keep", { instance, now: 1 });
    const to = { id: request, destination: "pacs", priority: 0, isPermissive: false };
    return queue.call("enter", { request: to, policy, meant: filesOf(instances), now: 1 });
  };
  const claimed = async (request = "r1", now = 10, limit = 100): Promise<readonly string[]> =>
    (await queue.call("claim", { request, now, limit })).map(({ instance }) => instance.hash);

  it("gives what came in, once, in the order it came", async () => {
    assert.deepEqual(await enter([queuedInstance("a"), queuedInstance("b"), queuedInstance("c")]), {
      added: 3,
      merged: 0,
      skipped: 0,
      missing: 0,
    });
    assert.deepEqual(await claimed("r1", 10, 2), ["a", "b"]);
    assert.deepEqual(await claimed("r1", 10, 2), ["c"]);
    assert.deepEqual(await claimed("r1", 10, 2), []);
  });

  it("gives what was taken and not settled again after a crash", async () => {
    await enter([queuedInstance("a"), queuedInstance("b")]);
    const [first] = await queue.call("claim", { request: "r1", now: 10, limit: 2 });
    const sent = { kind: "sent", warning: "B000" } as const;
    await queue.call("settle", { id: first?.id ?? 0, outcome: sent, now: 11 });
    await queue.close();
    queue = await open();
    assert.deepEqual(await claimed(), ["b"]);
    const { pending, sent: count, warned } = await queue.call("counts", { request: "r1" });
    assert.deepEqual({ pending, count, warned }, { pending: 1, count: 1, warned: 1 });
  });

  it("knows which requests wait, and whose job sends them", async () => {
    await enter([queuedInstance("a")]);
    await enter([queuedInstance("b")], { request: "r2" });
    await queue.call("setJob", { request: "r2", job: "j2" });
    const [item] = await queue.call("claim", { request: "r1", now: 10, limit: 1 });
    const sent = { kind: "sent", warning: null } as const;
    await queue.call("settle", { id: item?.id ?? 0, outcome: sent, now: 11 });
    const waiting = await queue.call("openRequests", {});
    assert.deepEqual(
      waiting.map(({ id, job }) => ({ id, job })),
      [{ id: "r2", job: "j2" }],
    );
  });

  it("gives what was released, and what failed only when it is due", async () => {
    await enter([queuedInstance("a"), queuedInstance("b")]);
    const [a, b] = await queue.call("claim", { request: "r1", now: 10, limit: 2 });
    await queue.call("release", { ids: [a?.id ?? 0] });
    const retry = { kind: "retry", dueAt: 500, isAlone: true, why } as const;
    await queue.call("settle", { id: b?.id ?? 0, outcome: retry, now: 11 });
    assert.deepEqual(await claimed("r1", 499), ["a"]);
    const [again] = await queue.call("claim", { request: "r1", now: 500, limit: 2 });
    assert.deepEqual(
      { hash: again?.instance.hash, attempts: again?.attempts, isAlone: again?.isAlone },
      { hash: "b", attempts: 1, isAlone: true },
    );
    assert.deepEqual(again?.lastFailure, why);
  });

  it("keeps a newer version of an instance behind the older, also in another request", async () => {
    await enter([queuedInstance("old", "1.2")]);
    await enter([queuedInstance("new", "1.2")], { request: "r2" });
    assert.deepEqual(await claimed("r2"), []);
    const [old] = await queue.call("claim", { request: "r1", now: 10, limit: 1 });
    assert.deepEqual(await claimed("r2"), []);
    await queue.call("settle", { id: old?.id ?? 0, outcome: { kind: "failed", why }, now: 1 });
    assert.deepEqual(await claimed("r2"), ["new"]);
  });

  it("has an error queue that only somebody's decision empties", async () => {
    await enter([queuedInstance("a"), queuedInstance("b")]);
    for (const { id } of await queue.call("claim", { request: "r1", now: 10, limit: 2 })) {
      await queue.call("settle", { id, outcome: { kind: "failed", why }, now: 11 });
    }
    assert.deepEqual(await claimed(), []);
    const failed = await queue.call("items", { filter: { state: "failed" }, limit: 10 });
    assert.equal(failed.length, 2);
    const [first] = failed;
    const one = { filter: { ids: [first?.id ?? 0] }, now: 20 };
    assert.deepEqual(await queue.call("requeue", one), ["r1"]);
    assert.deepEqual(await claimed("r1", 20), ["a"]);
    assert.deepEqual(await queue.call("remove", { filter: { failure: "A700" }, now: 21 }), [
      "r1",
      "r1",
    ]);
  });

  it("moves what waits to another destination", async () => {
    await enter([queuedInstance("a")]);
    const to = { id: "r2", destination: "vna", priority: 0, isPermissive: false };
    assert.equal(await queue.call("move", { filter: { destination: "pacs" }, to, now: 5 }), 1);
    assert.deepEqual(await claimed("r1"), []);
    assert.deepEqual(await claimed("r2"), ["a"]);
    const [item] = await queue.call("items", { filter: { destination: "vna" }, limit: 10 });
    assert.equal(item?.instance.hash, "a");
  });

  it("says which files nobody waits for any more, once", async () => {
    await enter([queuedInstance("a"), queuedInstance("b")]);
    await queue.call("keep", { instance: queuedInstance("unasked"), now: 1 });
    const [a] = await queue.call("claim", { request: "r1", now: 10, limit: 1 });
    const sent = { kind: "sent", warning: null } as const;
    await queue.call("settle", { id: a?.id ?? 0, outcome: sent, now: 11 });
    assert.deepEqual(await queue.call("unneeded", { limit: 10, before: 10 }), []);
    assert.deepEqual(await queue.call("unneeded", { limit: 10, before: 11 }), ["a"]);
    assert.deepEqual(await queue.call("unneeded", { limit: 10, before: 11 }), []);
    assert.deepEqual([...(await queue.call("spooled", {}))].toSorted(), ["b", "unasked"]);
  });

  const a = queuedInstance("a", "1.2");
  const changed = queuedInstance("changed", "1.2");
  const sibling = queuedInstance("sibling", "1.3");
  for (const { policy, again, update, other } of [
    { policy: "always", again: "added", update: "added", other: "added" },
    { policy: "updates-only", again: "skipped", update: "added", other: "added" },
    { policy: "new-only", again: "skipped", update: "skipped", other: "added" },
    { policy: "never", again: "skipped", update: "skipped", other: "skipped" },
  ] as const) {
    it(`sends again what the policy says: ${policy}`, async () => {
      await enter([a]);
      assert.deepEqual(await enter([a], { request: "r2" }), {
        added: 0,
        merged: 1,
        skipped: 0,
        missing: 0,
        mergedHashes: ["a"],
      });
      const [item] = await queue.call("claim", { request: "r1", now: 10, limit: 1 });
      const sent = { kind: "sent", warning: null } as const;
      await queue.call("settle", { id: item?.id ?? 0, outcome: sent, now: 11 });
      for (const [one, fate] of [
        [a, again],
        [changed, update],
        [sibling, other],
      ] as const) {
        const entered = { added: 0, merged: 0, skipped: 0, missing: 0, [fate]: 1 };
        assert.deepEqual(await enter([one], { request: one.hash, policy }), entered, one.hash);
      }
    });
  }

  it("answers who still waits when it is closed, and nobody after", async () => {
    const entering = enter([queuedInstance("a")]);
    await entering;
    const asked = queue.call("totals", {});
    await queue.close();
    assert.equal((await asked).length, 1);
    await assert.rejects(queue.call("totals", {}), QueueFailed);
  });

  it("takes nothing whose file is not there", async () => {
    const instances = [queuedInstance("not in the spool")];
    const request = { id: "r1", destination: "pacs", priority: 0, isPermissive: false };
    const entry = { request, policy: "always", meant: filesOf(instances), now: 1 } as const;
    const entered = { added: 0, merged: 0, skipped: 0, missing: 1 };
    assert.deepEqual(await queue.call("enter", entry), entered);
    assert.deepEqual(await queue.call("totals", {}), []);
  });
});
