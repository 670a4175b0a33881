import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { columns, rowOf, type JobRow } from "../../../src/adapters/stores/sqlite/job-row.ts";
import { toRecord, toValues } from "../../../src/adapters/stores/sqlite/rows.ts";
import { SqliteStore } from "../../../src/adapters/stores/sqlite/sqlite-store.ts";
import { idOf, newJob } from "./sample-job.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const row = rowOf(toValues({ ...newJob(1), sequence: 1 })) as JobRow;
const read = (wrong: Readonly<Record<string, unknown>>): unknown =>
  toRecord(columns.map((name) => wrong[name]));
const failure = { ...row, state: 4, error_code: "A", error_message: "b" };

describe("a row that is not understood", () => {
  const cases: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
    ["has an unknown state", { ...row, state: 9 }, /: state is 9: must be <= 6$/],
    ["has no state", { ...row, state: undefined }, /: state is missing/],
    ["has no id of ours", { ...row, id: "7" }, /^job 7: id is not a job id$/],
    ["has a priority beyond int32", { ...row, priority: 2 ** 31 }, /: priority is 2147483648/],
    ["has progress beyond 1", { ...row, progress: 1.5 }, /: progress is 1.5/],
    ["counts attempts below 0", { ...row, attempts: -1 }, /: attempts is -1/],
    ["has a policy that cannot be", { ...row, max_attempts: 0 }, /: maxAttempts must be/],
    ["runs and does not say what is requested", { ...row, state: 2 }, /: requested is missing$/],
    ["runs with an unknown request", { ...row, state: 2, requested: 3 }, /: requested is 3/],
    ["waits for a retry without a time", { ...row, state: 6 }, /: due_at is missing$/],
    ["failed without a code", { ...failure, error_code: null }, /: error_code is missing$/],
    ["failed without a message", { ...failure, error_message: null }, /: error_message is missing/],
    ["has half a last error", { ...row, last_error_code: "A" }, /: last_error_message is missing$/],
    ["has text where a number belongs", { ...row, runtime_ms: "5" }, /: runtime_ms is "5"/],
    ["is nothing", {}, /^job undefined: sequence is missing/],
  ];
  for (const [what, wrong, message] of cases) {
    it(`is rejected with its job and field if it ${what}`, () => {
      assert.throws(() => read(wrong), { message });
      if (wrong["id"] === row.id) {
        assert.throws(() => read(wrong), { message: new RegExp(`^job ${idOf(1)}: `) });
      }
    });
  }

  it("has each value under the name of its place", () => {
    assert.deepEqual(Object.values(rowOf(columns)), columns);
  });

  it("is not written either: it would make the file unreadable", () => {
    const endless = { ...newJob(1), sequence: 1, runtimeMs: Number.POSITIVE_INFINITY };
    assert.throws(() => toValues(endless), /runtime_ms is Infinity: must be number$/);
  });

  it("keeps the store from opening, and the file free and as it is", async () => {
    await using folder = await temporaryFolder();
    const path = folder.file("jobs.db");
    await using store = new SqliteStore({ path, durability: "process" });
    await store.open();
    await Promise.all([1, 2, 3].map((n) => store.add(newJob(n)).committed));
    await store.close();
    alter(path, `UPDATE jobs SET state = 9 WHERE id = '${idOf(2)}'`);

    const confused = new SqliteStore({ path, durability: "process" });
    await assert.rejects(confused.open(), {
      code: "STORE_UNREADABLE",
      message: `The database cannot be used: ${path}: job ${idOf(2)}: state is 9: must be <= 6`,
    });

    alter(path, "UPDATE jobs SET state = 5 WHERE state = 9");
    await using repaired = new SqliteStore({ path, durability: "process" });
    const kinds = (await repaired.open()).map((record) => record.state.kind);
    assert.deepEqual(kinds, ["pending", "paused", "pending"]);
  });
});

function alter(path: string, statement: string): void {
  const database = new DatabaseSync(path);
  database.exec(statement);
  database.close();
}
