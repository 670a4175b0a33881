import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { mayBeLate } from "../../src/queue/late-sync.ts";
import type { Fsync } from "../../src/queue/messages.ts";
import { Queue } from "../../src/queue/queue.ts";
import { readSettings } from "../../src/settings/settings.ts";
import { filesOf, queuedInstance } from "../support/queued-instance.ts";

describe("an acknowledgement is on the disk at once, if that is wanted", () => {
  it("by no commit that may be late, and not before it is answered", () => {
    assert.equal(mayBeLate([{ name: "settle" }], "group"), true);
    assert.equal(mayBeLate([{ name: "settle" }], "always"), false);
    assert.equal(mayBeLate([{ name: "settleAll" }, { name: "claim" }], "always"), false);
  });

  for (const fsync of ["always", "group"] as const) {
    const isNoted = fsync === "group";
    it(`with ${fsync} it is ${isNoted ? "" : "not "}taken by a journal that is never synced`, async (test) => {
      const folder = await mkdtemp(join(tmpdir(), "send-queue-"));
      test.after(() => rm(folder, { recursive: true }));
      const queue = await Queue.open(join(folder, "queue.sqlite"), () => {}, fsync);
      test.after(() => queue.close());
      const id = await claimed(queue);
      const acknowledgement = { id, isToCommit: false, now: 2 };
      assert.equal(
        queue.acknowledge(acknowledgement, () => {}),
        isNoted,
      );
      const outcome = { kind: "sent", warning: null } as const;
      if (!isNoted) await queue.call("settle", { id, outcome, now: 2 });
      assert.equal((await queue.call("counts", { request: "r1" })).sent, 1);
    });
  }

  it("by a setting that has two words, of which the second is meant if there is none", () => {
    assert.deepEqual(
      [read({ Fsync: "always" }), read({ Fsync: "group" }), read({})],
      ["always", "group", "group"],
    );
    assert.throws(() => read({ Fsync: "never" }), /The setting SendQueue.Fsync/);
  });
});

const read = (queue: object): Fsync => readSettings({ SendQueue: queue }, () => "").fsync;

async function claimed(queue: Queue): Promise<number> {
  const instance = queuedInstance("a");
  await queue.call("keep", { instance, now: 1 });
  const request = { id: "r1", destination: "pacs", priority: 0, isPermissive: false };
  await queue.call("enter", { request, policy: "always", meant: filesOf([instance]), now: 1 });
  const [item] = await queue.call("claim", { request: "r1", now: 1, limit: 1 });
  return item?.id ?? 0;
}
