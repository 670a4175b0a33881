import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SqliteStore } from "../../../src/adapters/stores/sqlite/sqlite-store.ts";
import { newJob } from "./sample-job.ts";
import { temporaryFolder } from "./temporary-folder.ts";

describe("a SQLite store that is not to load its jobs", () => {
  it("answers none, leaves them as they are, and goes on after their sequences", async () => {
    await using folder = await temporaryFolder();
    const path = folder.file("jobs.db");
    const first = new SqliteStore({ path, durability: "process" });
    await first.open();
    const added = [1, 2, 3].map((n) => first.add(newJob(n)));
    await Promise.all(added.map((job) => job.committed));
    await first.close();

    const blind = new SqliteStore({ path, durability: "process", load: false });
    assert.deepEqual(await blind.open(), []);
    const fourth = blind.add(newJob(4));
    await fourth.committed;
    await blind.close();
    assert.ok(fourth.sequence > Math.max(...added.map((job) => job.sequence)));

    await using last = new SqliteStore({ path, durability: "process" });
    const expected = [...added, fourth].map(({ sequence }, n) => place(n + 1, sequence));
    assert.deepEqual(await last.open(), expected);
  });
});

const place = (n: number, sequence: number) => ({ ...newJob(n), sequence });
