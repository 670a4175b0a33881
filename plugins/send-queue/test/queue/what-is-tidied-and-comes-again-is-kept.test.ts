import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Queue } from "../../src/queue/queue.ts";
import { queuedInstance } from "../support/queued-instance.ts";

describe("what was sent, tidied and comes again", () => {
  it("is kept as long as what has just come", async (test) => {
    const folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    test.after(() => rm(folder, { recursive: true }));
    const queue = await Queue.open(join(folder, "queue.sqlite"));
    test.after(() => queue.close());
    const instance = queuedInstance("a");
    const unneeded = (before: number): Promise<readonly string[]> =>
      queue.call("unneeded", { limit: 9, before });
    await queue.call("keep", { instance, now: 1 });
    const request = { id: "r", destination: "pacs", priority: 0, isPermissive: false };
    await queue.call("enter", {
      request,
      policy: "always",
      meant: { hashes: [instance.hash] },
      now: 1,
    });
    const [item] = await queue.call("claim", { request: "r", now: 1, limit: 1 });
    const outcome = { kind: "sent", warning: null } as const;
    await queue.call("settle", { id: item?.id ?? 0, outcome, now: 2 });
    assert.deepEqual(await unneeded(2), ["a"]);
    assert.equal(await queue.call("keep", { instance, now: 100 }), true);
    assert.deepEqual(await unneeded(99), []);
    assert.deepEqual(await unneeded(100), ["a"]);
  });
});
