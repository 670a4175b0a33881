import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { migrations } from "../../../src/adapters/stores/sqlite/migrations.ts";
import { SqliteStore } from "../../../src/adapters/stores/sqlite/sqlite-store.ts";
import type { JobRecord, NewJobRecord } from "../../../src/core/job-record.ts";
import { idOf, newJob } from "./sample-job.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** As `baton.db` was before jobs had keys: one pending job. */
function writeVersionTwo(path: string): void {
  const database = new DatabaseSync(path);
  for (const migration of migrations.slice(0, 2)) database.exec(migration);
  database.exec("PRAGMA application_id = 0x4241544e; PRAGMA user_version = 2");
  database.exec(`INSERT INTO jobs VALUES (5, '${idOf(1)}', 'hello.count', 'hello', 0, 1, NULL, NULL,
    NULL, NULL, 1795000000000, 1795000000000, 0, 1, 1000, 2, 3600000, 0, NULL, NULL, 0, 0, '{}', 1,
    0, x'010203', x'010203')`);
  database.close();
}

function plain({ sequence, ...record }: JobRecord): NewJobRecord {
  assert.ok(sequence >= 5);
  const { submittedState, currentState } = record;
  return {
    ...record,
    submittedState: bytesOf(submittedState),
    currentState: bytesOf(currentState),
  };
}

const bytesOf = (bytes: Uint8Array | null): Uint8Array => new Uint8Array(bytes ?? []);

describe("a database of an older version", () => {
  it("is brought up to date, and its jobs have nothing in what is new", async () => {
    await using folder = await temporaryFolder();
    const path = folder.file("jobs.db");
    writeVersionTwo(path);
    const keyed = { ...newJob(2), key: "modality:PACS1", startAt: 7, userData: "[1]" };
    for (const expected of [[newJob(1)], [newJob(1), keyed]]) {
      await using store = new SqliteStore({ path, durability: "process" });
      assert.deepEqual((await store.open()).map(plain), expected);
      if (expected.length === 1) await store.add(keyed).committed;
    }
  });
});
