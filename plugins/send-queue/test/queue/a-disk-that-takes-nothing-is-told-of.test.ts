import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { LateSync } from "../../src/queue/late-sync.ts";
import { Queue } from "../../src/queue/queue.ts";
import { queuedInstance } from "../support/queued-instance.ts";
import { madeInstance } from "../support/made-instance.ts";
import { ReceivingPeer } from "../support/receiving-peer.ts";
import { RoutedQueue, until } from "../support/routed-queue.ts";

const failing = (done: (error: unknown) => void): void => done(new Error("EIO"));

describe("a disk that takes nothing", () => {
  it("is asked once a second, told of once, and once more when it takes something", (test) => {
    test.mock.timers.enable({ apis: ["setTimeout"] });
    const told: (string | null)[] = [];
    let asked = 0;
    let isWell = false;
    const sync = (done: (error: unknown) => void): void => {
      asked += 1;
      done(isWell ? null : new Error("EIO"));
    };
    const tell = (trouble: string | null): void => void told.push(trouble);
    const late = new LateSync(() => ({ sync, syncNow: () => {}, close: () => {} }), { tell });
    const pass = (ms: number): void => {
      for (let passed = 0; passed < ms; passed += 10) test.mock.timers.tick(10);
    };
    late.written();
    pass(10_000);
    const first = asked;
    assert.ok(first >= 10 && first < 20, `asked ${first} times in ten seconds`);
    pass(10_000);
    assert.ok(asked - first >= 9 && asked - first <= 11, `asked ${asked - first} times more`);
    assert.deepEqual(told, ["EIO"]);
    isWell = true;
    pass(1_000);
    assert.deepEqual(told, ["EIO", null]);
    const all = asked;
    late.written();
    pass(20);
    assert.equal(asked, all + 1, "as soon as ever");
    assert.deepEqual(told, ["EIO", null]);
  });

  it("is told of when it takes something at once", (test) => {
    test.mock.timers.enable({ apis: ["setTimeout"] });
    const told: (string | null)[] = [];
    const tell = (trouble: string | null): void => void told.push(trouble);
    const late = new LateSync(() => ({ sync: failing, syncNow: () => {}, close: () => {} }), {
      tell,
    });
    late.written();
    test.mock.timers.tick(20);
    late.now();
    assert.deepEqual(told, ["EIO", null]);
  });

  it("is told of by the queue", async (test) => {
    const folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    const path = join(folder, "queue.sqlite");
    const told: (string | null)[] = [];
    const queue = await Queue.open(path, (trouble) => told.push(trouble));
    test.after(async () => {
      await queue.close();
      await rm(folder, { recursive: true });
    });
    const instance = queuedInstance("a");
    await queue.call("keep", { instance, now: 1 });
    const request = { id: "r", destination: "pacs", priority: 0, isPermissive: false };
    await queue.call("enter", {
      request,
      policy: "always",
      meant: { hashes: [instance.hash] },
      now: 1,
    });
    const [item] = await queue.call("claim", { request: "r", now: 1, limit: 1 });
    // The database has its log open; who opens it now finds none.
    await rm(`${path}-wal`);
    const outcome = { kind: "sent", warning: null } as const;
    await queue.call("settle", { id: item?.id ?? 0, outcome, now: 1 });
    await until("it is told of", () => told.length > 0);
    assert.match(String(told[0]), /ENOENT/);
    await writeFile(`${path}-wal`, "");
    await until("it is well", () => told.length > 1);
    assert.deepEqual(told.slice(1), [null]);
  });

  it("is told of in the log of the host", async () => {
    await using peer = await ReceivingPeer.listen();
    await using queue = await RoutedQueue.open({ peers: { pacs: peer.port } });
    const lines: string[] = [];
    queue.host.observe((event) => {
      if (event.kind === "logged") lines.push(`${event.level}: ${event.text}`);
    });
    const log = join(queue.folder, "queue", "queue.sqlite-wal");
    await rm(log);
    const has = (start: string): boolean => lines.some((line) => line.startsWith(start));
    await until("it is said", async () => {
      // An acknowledgement that shares its commit with something that may not be late is not late either.
      const id = await queue.take(madeInstance().file);
      assert.equal((await queue.call("POST", "/modalities/pacs/store", [id]))[0], 200);
      return has("warning: What peers acknowledge does not get to the disk: ENOENT");
    });
    await writeFile(log, "");
    await until("it is over", () => has("info: What peers acknowledge gets to the disk again."));
  });
});
