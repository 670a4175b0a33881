import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Queue } from "../../src/queue/queue.ts";
import { enterInto, queueInMemory } from "../support/queue-in-memory.ts";
import { queuedInstance } from "../support/queued-instance.ts";

describe("what nobody answers for is kept", () => {
  it("until somebody does, unless that is not wanted; a crash while asking is no report", async (test) => {
    const folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    test.after(() => rm(folder, { recursive: true }));
    const path = join(folder, "queue.sqlite");
    let queue = await Queue.open(path);
    const instance = queuedInstance("a", "1.2.3");
    await queue.call("keep", { instance, now: 1 });
    const request = { id: "r1", destination: "pacs", priority: 0, isPermissive: false };
    await queue.call("enter", {
      request,
      policy: "always",
      meant: { hashes: [instance.hash] },
      now: 1,
    });
    const [item] = await queue.call("claim", { request: "r1", now: 1, limit: 1 });
    const outcome = { kind: "sent", warning: null, isToCommit: true } as const;
    await queue.call("settle", { id: item?.id ?? 0, outcome, now: 2 });
    const needed = { limit: 9, before: 9 };
    assert.deepEqual(await queue.call("unneeded", needed), []);
    const ask = (transaction: string): Promise<readonly unknown[]> =>
      queue.call("askCommitment", { destination: "pacs", transaction, limit: 9, now: 3 });
    assert.equal((await ask("2.25.1")).length, 1);
    assert.equal((await ask("2.25.2")).length, 0);
    await queue.close();
    queue = await Queue.open(path);
    const forget = (before: number, isStart: boolean): Promise<number> =>
      queue.call("forgetTransactions", { destination: "pacs", before, isStart });
    assert.equal(await forget(2, false), 0);
    // Nobody knows whether the peer has it.
    assert.equal(await forget(2, true), 1);
    assert.equal((await ask("2.25.3")).length, 1);
    await queue.call("commitmentTaken", { transaction: "2.25.3" });
    assert.equal(await forget(2, true), 0);
    assert.deepEqual(await queue.call("unneeded", needed), []);
    const report = { transaction: "2.25.3", committed: ["1.2.3"], failed: [] };
    const { isUnknown, ...reported } = await queue.call("reportCommitment", { report, now: 5 });
    assert.equal(isUnknown, false);
    assert.deepEqual(reported, { committed: 1, sentAgain: 0, failed: 0, requests: [] });
    assert.deepEqual(await queue.call("unneeded", needed), ["a"]);
    await queue.close();
  });
});

it("what was given to a destination that cannot be asked is kept for nobody", (test) => {
  const file = queueInMemory(test);
  enterInto(file, "r1", ["a"], { isToCommit: true });
  const to = { id: "r2", destination: "cloud", priority: 0, isPermissive: false };
  assert.equal(file.moves.move({}, to, 2), 1);
  const [item] = file.claim("r2", 3, 1);
  file.settle(item?.id ?? 0, { kind: "sent", warning: null, isToCommit: false }, 3);
  assert.deepEqual(file.unneeded(9, 9), ["a"]);
});
