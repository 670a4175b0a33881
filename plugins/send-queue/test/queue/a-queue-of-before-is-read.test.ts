import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { it } from "node:test";
import { QueueFile } from "../../src/queue/queue-file.ts";
import { migrations } from "../../src/queue/schema.ts";
import { filesOf, queuedInstance } from "../support/queued-instance.ts";

const request = { id: "r", destination: "pacs", priority: 0, isPermissive: false };
const instances = ["a", "b", "c"].map((hash) => queuedInstance(hash));

it("what entered a queue before its indexes were others is found, sent and let go", async (test) => {
  const folder = await mkdtemp(join(tmpdir(), "send-queue-"));
  test.after(() => rm(folder, { recursive: true }));
  const path = join(folder, "queue.sqlite");
  oldQueue(path);
  const file = new QueueFile(new DatabaseSync(path));
  try {
    const again = { ...request, id: "again" };
    const entry = { request: again, policy: "always", meant: filesOf(instances), now: 2 } as const;
    assert.equal(file.entering.enter(entry).merged, 3);
    const items = file.claim("r", 10, 10);
    assert.deepEqual(
      items.map(({ instance }) => instance.hash),
      ["a", "b", "c"],
    );
    for (const { id } of items) file.settle(id, { kind: "sent", warning: null }, 11);
    assert.deepEqual(file.unneeded(10, 11).toSorted(), ["a", "b", "c"]);
  } finally {
    file.close();
  }
});

/** As version 9 made it, with three instances that wait. */
function oldQueue(path: string): void {
  using database = new DatabaseSync(path);
  for (const migration of migrations.slice(0, 9)) database.exec(migration);
  database.exec("PRAGMA user_version = 9");
  const keep = database.prepare(
    `INSERT INTO instances VALUES (?, '1.2', ?, '1.2', 300, 1000, 'patient', 'study', 'series', ?, 1, 1)`,
  );
  const enter = database.prepare(
    `INSERT INTO items (request, destination, hash, sop_instance, state, attempts, due_at, is_alone,
       entered_at, queued_at, changed_at) VALUES ('r', 'pacs', ?, ?, 0, 0, 1, 0, 1, 1, 1)`,
  );
  database.exec(
    `INSERT INTO requests (id, destination, priority, is_permissive, entered_at)
     VALUES ('r', 'pacs', 0, 0, 1)`,
  );
  for (const { hash, sopInstance, resources } of instances) {
    keep.run(hash, sopInstance, resources.instance);
    enter.run(hash, sopInstance);
  }
}
