import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { it } from "node:test";
import { QueueFile } from "../../src/queue/queue-file.ts";
import { queuedInstance } from "../support/queued-instance.ts";

it("what is entered is looked for by its UIDs, not among all that waits or was sent", (test) => {
  const database = new DatabaseSync(":memory:");
  const prepare = test.mock.method(database, "prepare");
  const file = new QueueFile(database);
  test.after(() => file.close());
  file.entering.keep(queuedInstance("a"), 1);
  prepare.mock.resetCalls();
  for (const policy of ["always", "updates-only", "new-only", "never"] as const) {
    for (const meant of [{ resources: ["study"] }, { hashes: ["a"] }]) {
      const request = { id: policy, destination: "pacs", priority: 0, isPermissive: false };
      file.entering.enter({ request, policy, meant, isToCommit: true, now: 1 });
    }
  }
  file.entering.unsent("pacs", ["a"]);
  file.unneeded(10, 1);
  const plans = prepare.mock.calls.flatMap(({ arguments: [sql] }) =>
    database
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map(({ detail }) => String(detail)),
  );
  const searches = plans.filter((detail) => /\bitems\b|\blast\b/.test(detail));
  assert.ok(searches.some((detail) => detail.includes("items_by_sop (sop_instance=?")));
  const others = searches.filter((detail) => !/items_by_sop|INTEGER PRIMARY KEY/.test(detail));
  assert.deepEqual(others, []);
});
