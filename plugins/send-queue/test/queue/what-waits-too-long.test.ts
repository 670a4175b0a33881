import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Item, Outcome } from "../../src/queue/item.ts";
import { Queue } from "../../src/queue/queue.ts";
import { filesOf, queuedInstance } from "../support/queued-instance.ts";

const why = { code: "0110", sentence: "The peer failed." };

describe("what waits too long", () => {
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

  const enter = async (request: string, hashes: readonly string[], now: number): Promise<void> => {
    const instances = hashes.map((hash) => queuedInstance(hash));
    for (const instance of instances) await queue.call("keep", { instance, now });
    const to = { id: request, destination: "vna", priority: 3, isPermissive: true };
    await queue.call("enter", { request: to, policy: "always", meant: filesOf(instances), now });
    await queue.call("setJob", { request, job: `job of ${request}` });
  };
  const settle = async (request: string, outcome: Outcome): Promise<Item> => {
    const [item] = await queue.call("claim", { request, now: 1_000, limit: 1 });
    assert.ok(item !== undefined);
    await queue.call("settle", { id: item.id, outcome, now: 1_000 });
    return item;
  };
  const hashes = async (filter: object): Promise<readonly string[]> =>
    (await queue.call("items", { filter, limit: 100 })).map(({ instance }) => instance.hash);

  it("is an error, and says what failed last; what is on its way is not", async () => {
    await enter("r1", ["a", "b"], 100);
    await enter("r2", ["young"], 201);
    await settle("r1", { kind: "retry", dueAt: 5_000, isAlone: false, why });
    const [flying] = await queue.call("claim", { request: "r1", now: 1_000, limit: 1 });
    const given = { destination: "vna", before: 200, now: 2_000 };
    const expired = await queue.call("expire", given);
    assert.deepEqual(expired, { count: 1, jobs: ["job of r1"] });
    const [error, ...others] = await queue.call("items", {
      filter: { state: "failed" },
      limit: 10,
    });
    assert.deepEqual(others, []);
    assert.deepEqual(error?.lastFailure, {
      code: "EXPIRED",
      sentence: "It has waited for longer than it may. The last failure: The peer failed.",
    });
    assert.equal(flying?.instance.hash, "b");
    assert.equal((await queue.call("expire", given)).count, 0);
  });

  it("is counted as an error that nobody looks at only after its time", async () => {
    await enter("r1", ["a", "b"], 100);
    await queue.call("expire", { destination: "vna", before: 100, now: 2_000 });
    assert.equal(await queue.call("oldErrors", { before: 1_999 }), 0);
    assert.equal(await queue.call("oldErrors", { before: 2_000 }), 2);
  });

  it("begins to wait anew when somebody puts it back", async () => {
    await enter("r1", ["a"], 100);
    await queue.call("expire", { destination: "vna", before: 100, now: 200 });
    await queue.call("requeue", { filter: { failure: "EXPIRED" }, now: 300 });
    const again = { destination: "vna", before: 299, now: 310 };
    assert.equal((await queue.call("expire", again)).count, 0);
    assert.deepEqual(await hashes({ state: "pending" }), ["a"]);
  });

  it("goes to another destination once, request by request, and never to both", async () => {
    await enter("r1", ["a", "b", "flying"], 100);
    await enter("r2", ["c"], 100);
    await enter("r3", ["young"], 201);
    await settle("r1", { kind: "sent", warning: null });
    await settle("r1", { kind: "retry", dueAt: 1_000, isAlone: true, why });
    const claimed = await queue.call("claim", { request: "r1", now: 1_000, limit: 2 });
    await queue.call("release", { ids: claimed.slice(0, 1).map(({ id }) => id) });
    const given = { from: "vna", to: "pacs", before: 200, now: 2_000 };
    const diversions = await queue.call("divert", given);
    assert.deepEqual(
      diversions.map(({ job, count, tried }) => ({ job, count, tried })),
      [
        { job: "job of r1", count: 1, tried: 1 },
        { job: "job of r2", count: 1, tried: 0 },
      ],
    );
    const [{ request } = { request: null }] = diversions;
    const expected = { destination: "pacs", priority: 3, isPermissive: true, movedFrom: "vna" };
    assert.deepEqual(request, { id: request?.id, ...expected });
    assert.deepEqual(await hashes({ destination: "pacs" }), ["b", "c"]);
    assert.deepEqual(await hashes({ destination: "vna" }), ["a", "flying", "young"]);
    const { pending, sent, moved, movedTo } = await queue.call("counts", { request: "r1" });
    assert.deepEqual(
      { pending, sent, moved, movedTo },
      { pending: 1, sent: 1, moved: 1, movedTo: "pacs" },
    );
    // Neither back nor on.
    const back = { from: "pacs", to: "vna", before: 9_000, now: 9_000 };
    assert.deepEqual(await queue.call("divert", back), []);
    assert.deepEqual(await queue.call("divert", given), []);
  });

  it("stays where somebody has moved it, also after a restart", async () => {
    await enter("r1", ["a"], 100);
    const to = {
      id: "r9",
      destination: "pacs",
      priority: 0,
      isPermissive: false,
      movedFrom: "vna",
    };
    assert.equal(await queue.call("move", { filter: { destination: "vna" }, to, now: 5 }), 1);
    await queue.close();
    queue = await open();
    assert.deepEqual(await queue.call("openRequests", {}), [{ ...to, job: null }]);
    const back = { from: "pacs", to: "vna", before: 9_000, now: 9_000 };
    assert.deepEqual(await queue.call("divert", back), []);
    const [item] = await queue.call("items", { filter: {}, limit: 1 });
    assert.deepEqual([item?.destination, item?.cameFrom], ["pacs", "vna"]);
    const { moved, movedTo } = await queue.call("counts", { request: "r1" });
    assert.deepEqual({ moved, movedTo }, { moved: 1, movedTo: "pacs" });
  });

  it("waits while its destination is paused, also after a restart", async () => {
    await queue.call("setPaused", { destination: "vna", isPaused: true });
    await queue.call("setPaused", { destination: "pacs", isPaused: true });
    await queue.call("setPaused", { destination: "pacs", isPaused: false });
    await queue.close();
    queue = await open();
    assert.deepEqual(await queue.call("paused", {}), ["vna"]);
  });
});
