import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Queue } from "../src/queue/queue.ts";
import { Tidier } from "../src/upkeep/tidier.ts";
import { filesOf, queuedInstance } from "./support/queued-instance.ts";

const keepMs = 1_000;

/** Destinations by what their `DeleteAfter` says; all but the first are asked to answer for what they have. */
const destinations = (["never", "sent", "committed"] as const).map((name) => ({
  target: { name, deleteAfter: name },
}));

describe("what was sent leaves the spool", () => {
  let folder = "";
  let queue: Queue;
  let removed: string[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    queue = await Queue.open(join(folder, "queue.sqlite"));
    removed = [];
  });
  afterEach(async () => {
    await queue.close();
    await rm(folder, { recursive: true });
  });

  const spool = {
    exclusively: <T>(_hashes: readonly string[], work: () => Promise<T>): Promise<T> => work(),
    remove: async (hash: string) => void removed.push(hash),
  };
  const tidied = async (now: number, all = destinations): Promise<readonly string[]> => {
    const tidier = new Tidier({ queue, spool, destinations: all }, keepMs);
    await tidier.tidy(now);
    await tidier.end();
    return removed.toSorted();
  };
  const sent = async (hash: string, ...names: readonly string[]): Promise<void> => {
    const instances = [queuedInstance(hash)];
    for (const instance of instances) await queue.call("keep", { instance, now: 1 });
    for (const destination of names) {
      const request = { id: hash + destination, destination, priority: 0, isPermissive: false };
      await queue.call("enter", { request, policy: "always", meant: filesOf(instances), now: 1 });
      const [item] = await queue.call("claim", { request: request.id, now: 1, limit: 1 });
      const isToCommit = destination !== "never";
      const outcome = { kind: "sent", warning: null, isToCommit } as const;
      await queue.call("settle", { id: item?.id ?? 0, outcome, now: 1 });
    }
  };

  it("as each of the destinations that were sent it says, and all of them", async () => {
    await sent("a", "never");
    await sent("b", "sent");
    await sent("c", "committed");
    await sent("d", "sent", "never");
    await sent("e", "sent", "committed");
    assert.deepEqual(await tidied(keepMs), [], "not before its time");
    assert.deepEqual(await tidied(keepMs + 1), ["b"]);
    const asking = { destination: "committed", transaction: "2.25.1", limit: 9, now: 2 };
    await queue.call("askCommitment", asking);
    const committed = ["uid of c", "uid of e"];
    const report = { transaction: "2.25.1", committed, failed: [] };
    await queue.call("reportCommitment", { report, now: 3 });
    assert.deepEqual(await tidied(keepMs + 1), ["b", "c", "e"]);
  });

  it("but not if no destination lets anything go: then nobody looks through all of it", async () => {
    await sent("a", "never");
    let asked = 0;
    const call: Queue["call"] = (name, given) => {
      asked += name === "unneeded" ? 1 : 0;
      return queue.call(name, given);
    };
    const never = destinations.slice(0, 1);
    const tidier = new Tidier({ queue: { call }, spool, destinations: never }, keepMs);
    await tidier.tidy(keepMs + 1);
    await tidier.end();
    assert.deepEqual([asked, removed], [0, []]);
  });
});
