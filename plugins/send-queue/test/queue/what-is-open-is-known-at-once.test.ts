import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { QueueFile } from "../../src/queue/queue-file.ts";
import { migrations } from "../../src/queue/schema.ts";
import { filesOf, queuedInstance } from "../support/queued-instance.ts";

/** What the queue has to answer, found the long way. */
const openOf = (database: DatabaseSync): readonly string[] =>
  database
    .prepare(
      `SELECT id FROM requests WHERE EXISTS (
         SELECT 1 FROM items WHERE request = requests.id AND state = 0) ORDER BY rowid`,
    )
    .all()
    .map(({ id }) => String(id));

const idsOf = (file: QueueFile): readonly string[] =>
  file.reader.openRequests().map(({ id }) => id);

const enter = (file: QueueFile, id: string, hashes: readonly string[], now = 1): void => {
  const instances = hashes.map((hash) => queuedInstance(hash));
  for (const instance of instances) file.entering.keep(instance, now);
  const request = { id, destination: "pacs", priority: 0, isPermissive: false };
  file.entering.enter({ request, policy: "always", meant: filesOf(instances), now });
};

describe("what is open is known at once", () => {
  it("whatever has happened to its instances", () => {
    const database = new DatabaseSync(":memory:");
    const file = new QueueFile(database);
    const why = { code: "A900", sentence: "It does not take it." };
    const to = { id: "m", destination: "vna", priority: 0, isPermissive: false };
    const wasOpen: (readonly string[])[] = [];
    const look = (): void => {
      const open = idsOf(file);
      assert.deepEqual(open, openOf(database));
      wasOpen.push(open);
    };
    const settle = (request: string, kind: "sent" | "failed"): void => {
      const [item] = file.claim(request, 5, 1);
      assert.ok(item !== undefined);
      const sent = { kind: "sent", warning: null, isToCommit: true } as const;
      file.settle(item.id, kind === "sent" ? sent : { kind, why }, 5);
    };
    const steps: (() => unknown)[] = [
      () => enter(file, "a", ["1", "2"]),
      () => enter(file, "b", ["3"]),
      () => enter(file, "none", []),
      () => settle("a", "sent"),
      () => settle("a", "failed"),
      () => settle("b", "failed"),
      () => file.requeue({ request: "b" }, 6),
      () => file.moves.divert({ from: "pacs", to: "archive" }, 7, 7),
      () => file.moves.move({ destination: "archive" }, to, 8),
      () => file.upkeep.cancel("m", 9),
      () => enter(file, "a", ["4"]),
      () => file.upkeep.expire("pacs", 10, 10),
      () => file.requeue({}, 11),
      () => file.remove({ destination: "vna" }, 12),
      () => file.commitments.ask({ destination: "pacs", transaction: "t" }, 9, 13),
      () => {
        const failed = [{ sopInstance: "uid of 1", reason: 0x0112 }];
        return file.commitments.report({ transaction: "t", committed: [], failed }, 14);
      },
      () => file.remove({}, 15),
    ];
    for (const step of steps) {
      step();
      look();
    }
    // Each was open at some time, and not at another.
    assert.deepEqual(
      ["a", "b", "m", "none"].map((id) => wasOpen.some((open) => open.includes(id))),
      [true, true, true, false],
    );
    assert.deepEqual(wasOpen.at(-1), []);
    file.close();
  });

  it("without a look at those that are over", (test) => {
    const database = new DatabaseSync(":memory:");
    const file = new QueueFile(database);
    const prepare = test.mock.method(database, "prepare");
    assert.deepEqual(idsOf(file), []);
    const sql = String(prepare.mock.calls[0]?.arguments[0]);
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
    assert.deepEqual(
      plan.map(({ detail }) => detail),
      ["SEARCH requests USING INDEX requests_open (is_open=?)"],
    );
    file.close();
  });

  it("of a queue that an older version has written", async (test) => {
    const folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    test.after(() => rm(folder, { recursive: true }));
    const path = join(folder, "queue.sqlite");
    {
      using old = new DatabaseSync(path);
      // The sixth was the last that knew nothing of it.
      old.exec(migrations.slice(0, 6).join(""));
      old.exec("PRAGMA user_version = 6");
      for (const [id, state] of Object.entries({ sent: 1, waits: 0, failed: 2, "waits, too": 0 })) {
        old.exec(`INSERT INTO instances VALUES
          ('${id}', 'c', 'uid of ${id}', 't', 1, 2, 'p', 's', 'e', 'i', 1, 1)`);
        old.exec(`INSERT INTO requests (id, destination, priority, is_permissive, job, entered_at)
          VALUES ('${id}', 'pacs', 7, 0, 'job of ${id}', 1)`);
        old.exec(`INSERT INTO items (request, destination, hash, sop_instance, state, attempts,
          due_at, is_alone, entered_at, changed_at)
          VALUES ('${id}', 'pacs', '${id}', 'uid of ${id}', ${state}, 0, 0, 0, 1, 1)`);
      }
    }
    const database = new DatabaseSync(path);
    const file = new QueueFile(database);
    test.after(() => file.close());
    assert.deepEqual(
      file.reader.openRequests().map(({ id, priority, job }) => [id, priority, job]),
      [
        ["waits", 7, "job of waits"],
        ["waits, too", 7, "job of waits, too"],
      ],
    );
    assert.deepEqual(file.requeue({ state: "failed" }, 2), ["failed"]);
    assert.deepEqual(idsOf(file), ["waits", "failed", "waits, too"]);
    assert.deepEqual(idsOf(file), openOf(database));
  });
});
