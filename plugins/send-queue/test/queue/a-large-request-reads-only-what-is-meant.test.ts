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
  const rows = prepare.mock.calls.map(({ arguments: [sql] }) =>
    database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(),
  );
  const plans = rows.flat().map(({ detail }) => String(detail));
  const searches = plans.filter((detail) => /\bitems\b|\blast\b/.test(detail));
  assert.ok(searches.some((detail) => detail.includes("items_by_sop (sop_instance=?")));
  const others = searches.filter((detail) => !/items_by_sop|INTEGER PRIMARY KEY/.test(detail));
  assert.deepEqual(others, []);
  // Whether anything waits is asked once for all that is meant.
  const parents = rows.flatMap((steps) =>
    steps
      .filter(({ detail }) => /\bwaiting\b.*items_by_state \(state=\?/.test(String(detail)))
      .map(({ parent }) => steps.find(({ id }) => id === parent)?.["detail"]),
  );
  assert.ok(parents.length > 0);
  for (const parent of parents) assert.match(String(parent), /^SCALAR SUBQUERY/);
});
