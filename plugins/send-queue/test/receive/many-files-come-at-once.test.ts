import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Queue } from "../../src/queue/queue.ts";
import { Intake, type Examined } from "../../src/receive/intake.ts";
import type { Router } from "../../src/routing/router.ts";
import { fromRest } from "../../src/routing/origin.ts";
import { Spool } from "../../src/spool/spool.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

function heap(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

const router = { tags: [], route: () => ({ sends: [], settle: () => {} }) } as unknown as Router;

const nothing = (): Promise<void> => Promise.resolve();

/** A file that has come whole; there are no bytes of it. */
function examined(hash: string): Examined {
  const uids = { sopClass: "1.2.3", sopInstance: `2.25.${hash}`, transferSyntax: "1.2.840" };
  return {
    writer: { hash, close: nothing, discard: nothing },
    found: { ...uids, offset: 300, size: 1_000, values: new Map() },
  } as unknown as Examined;
}

const hashOf = (_: unknown, index: number): string => index.toString(16).padStart(64, "0");

describe("many files that come at once", () => {
  let folder = "";
  let spool: Spool;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "sq-in-many-"));
    spool = await Spool.open(folder, 0);
  });
  after(() => rm(folder, { recursive: true }));

  it("take as much memory as there are of them", async () => {
    const files = Array.from({ length: 10_000 }, hashOf).map(examined);
    let whileTaken = 0;
    const queue = {
      call: async () => {
        whileTaken = heap();
        return [];
      },
    } as unknown as Queue;
    const atFirst = heap();
    assert.equal((await new Intake(spool, queue, router).take(files, fromRest)).length, 10_000);
    assert.ok(whileTaken - atFirst < 50_000_000, `${whileTaken - atFirst} bytes more`);
  });

  it("wait for those of the same bytes, and no two for each other", async () => {
    const order: string[] = [];
    const use = (name: string, ...hashes: readonly string[]): Promise<void> =>
      spool.exclusively(hashes, async () => {
        order.push(`${name} begins`);
        await new Promise(setImmediate);
        order.push(`${name} ends`);
        if (name === "first") throw new Error("it failed");
      });
    const ended = await Promise.allSettled([
      use("first", "a", "b"),
      use("second", "b", "a"),
      use("third", "c", "b", "b"),
      use("other", "d"),
    ]);
    assert.deepEqual(
      ended.map(({ status }) => status),
      ["rejected", "fulfilled", "fulfilled", "fulfilled"],
    );
    assert.deepEqual(
      order.filter((what) => !what.startsWith("other")),
      ["first", "second", "third"].flatMap((name) => [`${name} begins`, `${name} ends`]),
    );
    assert.ok(order.indexOf("other begins") < order.indexOf("first ends"), order.join());
  });
});
