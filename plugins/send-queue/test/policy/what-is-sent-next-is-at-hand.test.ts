import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { QuickReads } from "../../src/destinations/quick-reads.ts";
import { Supply } from "../../src/destinations/supply.ts";
import type { Item } from "../../src/queue/item.ts";
import type { Spool } from "../../src/spool/spool.ts";
import { queuedInstance } from "../support/queued-instance.ts";

const some = [{ id: 1 }, { id: 2 }] as Item[];

/** A way that has sent ten in `tenMs`, with ten left; `taken`: how many it has asked for, each time. */
function takenAfter(tenMs: number, { isStrict = false, room = 1_000 } = {}): Taking {
  const taken: number[] = [];
  let now = 0;
  const claim = async (limit: number): Promise<readonly Item[]> => {
    taken.push(limit);
    return some;
  };
  const supply = new Supply({ claim, least: 50, isStrict, now: () => now });
  supply.look(20, room);
  now = tenMs;
  supply.look(10, room);
  return { taken, supply };
}

interface Taking {
  readonly taken: readonly number[];
  readonly supply: Supply;
}

describe("what is sent next is at hand", () => {
  it("where it goes fast: the next are taken before the last are sent, once", async () => {
    const { taken, supply } = takenAfter(2);
    supply.look(5, 1_000);
    assert.equal(taken.length, 1);
    assert.equal(await supply.next(1_000), some);
    assert.equal(taken.length, 1);
  });

  it("as many as are sent soon: some at first, more where it goes fast, and none in vain", async () => {
    const { taken, supply } = takenAfter(1);
    await supply.next(1_000);
    await supply.next(1_000);
    assert.deepEqual(taken, [250, 250]);
    await supply.next(7);
    assert.deepEqual(taken, [250, 250, 7], "others have their turn then");
    assert.deepEqual(takenAfter(1, { room: 0 }).taken, []);
    const slow = takenAfter(400);
    await slow.supply.next(1_000);
    assert.deepEqual(slow.taken, [50]);
    const strict = takenAfter(1, { isStrict: true });
    await strict.supply.next(1_000);
    assert.deepEqual(strict.taken, [50]);
  });

  it("not where it is slow, where another way may be free before, nor where the order counts", () => {
    assert.deepEqual(takenAfter(400).taken, []);
    assert.deepEqual(takenAfter(2, { isStrict: true }).taken, []);
  });

  it("and given back if nobody sends it any more", async () => {
    const { supply } = takenAfter(2);
    assert.equal(await supply.rest(), some);
    assert.deepEqual(await supply.rest(), []);
  });

  it("read at once, unless the disk has kept everybody waiting: then others read the next hundred", () => {
    let now = 0;
    let tookMs = 0.1;
    const spool = {
      readNow: () => {
        now += tookMs;
        return true;
      },
    } as unknown as Spool;
    const reads = new QuickReads(spool, () => now);
    const instance = queuedInstance("a");
    const fill = (): boolean => reads.fill(instance, []);
    assert.deepEqual([fill(), fill()], [true, true]);
    tookMs = 8;
    assert.equal(fill(), true);
    tookMs = 0.1;
    const next = Array.from({ length: 100 }, fill);
    assert.ok(next.every((isFilled) => !isFilled));
    assert.equal(fill(), true);
  });
});
