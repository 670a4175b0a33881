import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { QuickReads } from "../../src/destinations/quick-reads.ts";
import { Supply } from "../../src/destinations/supply.ts";
import type { Item } from "../../src/queue/item.ts";
import type { Spool } from "../../src/spool/spool.ts";
import { queuedInstance } from "../support/queued-instance.ts";

const some = [{ id: 1 }, { id: 2 }] as Item[];

/** A way that has sent ten in `tenMs`, with ten left; answers how often it has taken some. */
function takenAfter(tenMs: number, isStrict = false): { taken: () => number; supply: Supply } {
  let taken = 0;
  let now = 0;
  const claim = async (): Promise<readonly Item[]> => {
    taken += 1;
    return some;
  };
  const supply = new Supply(claim, isStrict, () => now);
  supply.look(20);
  now = tenMs;
  supply.look(10);
  return { taken: () => taken, supply };
}

describe("what is sent next is at hand", () => {
  it("where it goes fast: the next are taken before the last are sent, once", async () => {
    const { taken, supply } = takenAfter(2);
    supply.look(5);
    assert.equal(taken(), 1);
    assert.equal(await supply.next(), some);
    assert.equal(taken(), 1);
  });

  it("not where it is slow, where another way may be free before, nor where the order counts", () => {
    assert.equal(takenAfter(400).taken(), 0);
    assert.equal(takenAfter(2, true).taken(), 0);
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
