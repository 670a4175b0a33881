import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SqliteStore } from "../../../src/adapters/stores/sqlite/sqlite-store.ts";
import { newJob } from "./sample-job.ts";
import { temporaryFolder } from "./temporary-folder.ts";

describe("writes to the SQLite store", () => {
  it("share a transaction when many wait", async () => {
    await using folder = await temporaryFolder();
    await using store = new SqliteStore({ path: folder.file("jobs.db"), durability: "full" });
    await store.open();
    await Promise.all(Array.from({ length: 2_000 }, (_, n) => store.add(newJob(n)).committed));
    assert.ok(store.transactions < 500, `2000 writes took ${store.transactions} transactions`);
  });

  it("have one transaction each when they wait for each other", async () => {
    await using folder = await temporaryFolder();
    await using store = new SqliteStore({ path: folder.file("jobs.db"), durability: "full" });
    await store.open();
    for (let n = 0; n < 20; n += 1) await store.add(newJob(n)).committed;
    assert.equal(store.transactions, 20);
  });
});
