import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Outcome } from "../../src/queue/item.ts";
import { QueueFailed, type Queue } from "../../src/queue/queue.ts";
import { Settlements } from "../../src/queue/settlements.ts";

const sent: Outcome = { kind: "sent", warning: null };

/** A queue that notes what it was told, while its disk takes something. */
class Disk {
  isFull = false;
  isOver = false;
  readonly written: number[] = [];
  readonly queue = {
    acknowledge: (): boolean => false,
    call: async (_name: string, given: { readonly id: number }): Promise<void> => {
      if (this.isOver) throw new QueueFailed("closed", { isOver: true });
      if (this.isFull) throw new QueueFailed("database or disk is full", { isFull: true });
      this.written.push(given.id);
    },
  } as unknown as Queue;
}

describe("what the disk of the queue does not take waits", () => {
  it("and is written in its order as soon as the disk takes something, by itself", async () => {
    const disk = new Disk();
    const settlements = new Settlements(disk.queue, 10);
    disk.isFull = true;
    for (const id of [1, 2, 3]) await settlements.settle(id, sent, 0);
    await delay(50);
    assert.deepEqual(disk.written, []);
    assert.equal(settlements.waiting, 3);
    disk.isFull = false;
    for (let tries = 0; settlements.waiting > 0 && tries < 100; tries += 1) await delay(10);
    assert.deepEqual(disk.written, [1, 2, 3]);
  });

  it("a thousand at most: then nothing should be sent", async () => {
    const disk = new Disk();
    const settlements = new Settlements(disk.queue, 10);
    disk.isFull = true;
    for (let id = 0; id < 999; id += 1) await settlements.settle(id, sent, 0);
    assert.equal(settlements.isFull, false);
    await settlements.settle(999, sent, 0);
    assert.equal(settlements.isFull, true);
    disk.isFull = false;
    await settlements.flush();
    assert.equal(settlements.isFull, false);
    assert.equal(disk.written.length, 1_000);
  });

  it("a queue that is closed is told to whoever settles", async () => {
    const disk = new Disk();
    disk.isOver = true;
    await assert.rejects(new Settlements(disk.queue).settle(1, sent, 0), QueueFailed);
  });
});
