import assert from "node:assert/strict";
import { join } from "node:path";
import { it } from "node:test";
import { MemoryStore } from "../../../src/adapters/stores/memory-store.ts";
import { SqliteStore } from "../../../src/adapters/stores/sqlite/sqlite-store.ts";
import { recordOf } from "../../support/records.ts";
import { temporaryFolder } from "./temporary-folder.ts";

it("what is handed over when a store is about to send shares a transaction with what was before", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "jobs.db");
  await using store = new SqliteStore({ path, durability: "process" });
  await store.open();
  const first = store.add(recordOf(1)).committed;
  const last = new Promise<void>((resolve) => {
    store.beforeSending(() => void store.add(recordOf(3)).committed.then(resolve));
  });
  const second = store.add(recordOf(2)).committed;
  await Promise.all([first, second, last]);
  assert.equal(store.transactions, 1);
});

it("a store that sends nothing calls back too, but not at once", async () => {
  await using store = new MemoryStore();
  const { promise, resolve } = Promise.withResolvers<void>();
  let isCalled = false;
  store.beforeSending(() => {
    isCalled = true;
    resolve();
  });
  assert.equal(isCalled, false);
  await promise;
});
