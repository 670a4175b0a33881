import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { LateSync, mayBeLate, needsAll, type Disk } from "../../src/queue/late-sync.ts";
import type { QueueCall } from "../../src/queue/messages.ts";
import { Sql } from "../../src/queue/sql.ts";

const afterMs = 20;

/** A disk that takes its time, and tells in which order what was asked of it. */
class SlowDisk implements Disk {
  readonly asked: string[] = [];
  #done: ((error: unknown) => void) | null = null;

  sync = (done: (error: unknown) => void): void => {
    this.asked.push("sync");
    this.#done = done;
  };
  syncNow = (): void => void this.asked.push("now");
  close = (): void => void this.asked.push("close");

  finish(error: unknown = null): void {
    this.#done?.(error);
    this.#done = null;
  }
}

const calls = (...names: readonly QueueCall[]): { readonly name: QueueCall }[] =>
  names.map((name) => ({ name }));

describe("an acknowledgement is on the disk soon", () => {
  it("with all that were written meanwhile, and those that came after in the next go", (test) => {
    test.mock.timers.enable({ apis: ["setTimeout"] });
    const disk = new SlowDisk();
    const late = new LateSync(() => disk, { afterMs });
    for (let number = 0; number < 100; number += 1) late.written();
    assert.deepEqual(disk.asked, []);
    test.mock.timers.tick(afterMs);
    assert.deepEqual(disk.asked, ["sync"]);
    late.written();
    test.mock.timers.tick(10 * afterMs);
    assert.deepEqual(disk.asked, ["sync"], "one at a time");
    disk.finish();
    test.mock.timers.tick(afterMs);
    assert.deepEqual(disk.asked, ["sync", "sync"]);
    disk.finish();
    test.mock.timers.tick(10 * afterMs);
    assert.deepEqual(disk.asked, ["sync", "sync"], "nothing is left");
  });

  it("again if the disk did not take it, and if it was not to be had", (test) => {
    test.mock.timers.enable({ apis: ["setTimeout"] });
    const disk = new SlowDisk();
    let isThere = false;
    const late = new LateSync(
      () => {
        if (!isThere) throw new Error("EMFILE");
        return disk;
      },
      { afterMs },
    );
    late.written();
    test.mock.timers.tick(afterMs);
    isThere = true;
    test.mock.timers.tick(afterMs);
    disk.finish(new Error("EIO"));
    test.mock.timers.tick(2 * afterMs);
    assert.deepEqual(disk.asked, ["sync", "sync"]);
  });

  it("at once when something depends on it, and is closed after", (test) => {
    test.mock.timers.enable({ apis: ["setTimeout"] });
    const disk = new SlowDisk();
    const late = new LateSync(() => disk, { afterMs });
    late.now();
    assert.deepEqual(disk.asked, [], "there is nothing");
    late.written();
    late.now();
    test.mock.timers.tick(afterMs);
    assert.deepEqual(disk.asked, ["now"]);
    late.written();
    test.mock.timers.tick(afterMs);
    late.now();
    late.close();
    disk.finish();
    assert.deepEqual(
      disk.asked,
      ["now", "sync", "now", "close"],
      "what is on its way is not there",
    );
  });

  it("and nothing else may be late that is written together with it", () => {
    assert.equal(mayBeLate(calls("settle", "setJob", "claim", "counts"), "group"), true);
    for (const name of ["enter", "arrive", "requeue", "move", "cancel", "setPaused"] as const) {
      assert.equal(mayBeLate(calls("settle", name), "group"), false, name);
    }
    assert.equal(needsAll(calls("settle", "unneeded")), true);
    assert.equal(needsAll(calls("settle")), false);
  });

  it("while what comes after it is not answered before it is there", async () => {
    const folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    const sql = new Sql(new DatabaseSync(join(folder, "queue.sqlite")));
    const modes = [false, true, true, false].map((isLate) => {
      sql.begin(isLate);
      const mode = sql.get("PRAGMA synchronous")?.["synchronous"];
      sql.commit();
      return mode;
    });
    sql.close();
    await rm(folder, { recursive: true });
    const [normal, full] = [1, 2];
    assert.deepEqual(modes, [full, normal, normal, full]);
  });
});
