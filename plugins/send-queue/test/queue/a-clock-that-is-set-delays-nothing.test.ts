import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { QueuedInstance } from "../../src/queue/item.ts";
import { Queue } from "../../src/queue/queue.ts";

const day = 86_400_000;
const now = 100 * day;
const why = { code: "0110", sentence: "The peer failed." };

describe("a clock that is set by a day delays nothing", () => {
  let folder = "";
  let queue: Queue;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    queue = await Queue.open(join(folder, "queue.sqlite"));
    const request = { id: "r", destination: "pacs", priority: 0, isPermissive: false };
    await queue.call("keep", { instance, now });
    await queue.call("enter", {
      request,
      policy: "always",
      meant: { hashes: [instance.hash] },
      now,
    });
  });
  afterEach(async () => {
    await queue.close();
    await rm(folder, { recursive: true });
  });

  const claimedAt = async (time: number, isStrict = false): Promise<number> =>
    (await queue.call("claim", { request: "r", now: time, limit: 10, isStrict })).length;
  /** The instance fails, and is due again half a minute later. */
  const fail = async (): Promise<void> => {
    const [item] = await queue.call("claim", { request: "r", now, limit: 1 });
    const outcome = { kind: "retry", dueAt: now + 30_000, isAlone: false, why } as const;
    await queue.call("settle", { id: item?.id ?? 0, outcome, now });
  };

  it("set back: what waits for its next attempt does not wait for a day", async () => {
    await fail();
    assert.equal(await claimedAt(now + 29_999), 0);
    assert.equal(await claimedAt(now - day), 1);
  });

  for (const isStrict of [false, true]) {
    const how = isStrict ? "in its order" : "as it is due";
    it(`set back: what has just come goes at once, ${how}`, async () => {
      assert.equal(await claimedAt(now - day, isStrict), 1);
    });
  }

  for (const isStrict of [false, true]) {
    it(`set back: what is to wait for its time waits for it, ${isStrict ? "in its order" : "too"}`, async () => {
      const request = { id: "later", destination: "other", priority: 0, isPermissive: false };
      await queue.call("enter", {
        request,
        policy: "always",
        meant: { hashes: [instance.hash] },
        now,
        notBefore: now + day,
      });
      const claimed = async (time: number): Promise<number> =>
        (await queue.call("claim", { request: "later", now: time, limit: 1, isStrict })).length;
      assert.equal(await claimed(now - 1), 0);
      assert.equal(await claimed(now + day - 1), 0);
      assert.equal(await claimed(now + day), 1);
    });
  }

  it("set back: what waits for its next attempt does not wait for a day in its order, either", async () => {
    await fail();
    assert.equal(await claimedAt(now + 29_999, true), 0);
    assert.equal(await claimedAt(now - day, true), 1);
  });

  it("set forth and back again: nor does it then", async () => {
    await fail();
    assert.equal(await claimedAt(now + day), 1);
    const [item] = await queue.call("items", { filter: {}, limit: 1 });
    const outcome = { kind: "retry", dueAt: now + day + 30_000, isAlone: false, why } as const;
    await queue.call("settle", { id: item?.id ?? 0, outcome, now: now + day });
    assert.equal(await claimedAt(now), 1);
  });
});

const instance: QueuedInstance = {
  hash: "a",
  sopClass: "1.2",
  sopInstance: "1.2.3",
  transferSyntax: "1.2.840.10008.1.2",
  offset: 0,
  size: 1,
  resources: { patient: "p", study: "s", series: "e", instance: "i" },
};
