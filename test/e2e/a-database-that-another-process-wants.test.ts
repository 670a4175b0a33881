import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { SqliteStore } from "../../src/adapters/stores/sqlite/sqlite-store.ts";
import { LockHolder } from "./support/lock-holder.ts";
import { idOf, newJob } from "../adapters/stores/sample-job.ts";
import { runScript } from "../adapters/stores/script.ts";
import { type TemporaryFolder, temporaryFolder } from "../adapters/stores/temporary-folder.ts";

const inUse = /jobs\.db is in use by another process; stop that one, or name another file$/;

describe("a database that another process has locked", () => {
  it("is refused in words, and can be had as soon as that one is gone", async () => {
    await using folder = await temporaryFolder();
    await storeOneJob(folder);
    const path = folder.file("jobs.db");
    await using holder = new LockHolder(path);
    await holder.locked;
    await using store = storeIn(folder);
    await assert.rejects(store.open(), { code: "STORE_UNREADABLE", message: inUse });
    await holder.end();
    assert.deepEqual(await idsIn(folder), [idOf(1)]);
  });

  it("is waited for if that takes a moment only", async () => {
    await using folder = await temporaryFolder();
    await storeOneJob(folder);
    await using holder = new LockHolder(folder.file("jobs.db"));
    await holder.locked;
    await using store = storeIn(folder);
    const opening = store.open();
    await delay(500);
    await holder.end();
    assert.equal((await opening).length, 1);
  });

  it("is had again without a restart if it was lost while the store thread died", async () => {
    await using folder = await temporaryFolder();
    const started: Worker[] = [];
    await using store = storeIn(folder, (file, workerData) => {
      const thread = new Worker(file, { workerData, execArgv: [] });
      started.push(thread);
      return thread;
    });
    await store.open();
    await store.add(newJob(1)).committed;
    await using holder = new LockHolder(folder.file("jobs.db"));
    // It has started and asks, in vain, when another one of its kind would have had its answer.
    await delay(1_000);
    await started[0]?.terminate();
    await holder.locked;
    await assert.rejects(store.add(newJob(2)).committed, { code: "STORE_FAILED", message: inUse });
    await holder.end();
    await untilStored(store, 3);
    await store.close();
    assert.deepEqual(await idsIn(folder), [idOf(1), idOf(3)]);
  });
});

describe("a database that a store has open", () => {
  it("can be neither read nor written by another process, and the store goes on", async () => {
    await using folder = await temporaryFolder();
    await using store = storeIn(folder);
    await store.open();
    const path = JSON.stringify(folder.file("jobs.db"));
    const { output } = await runScript(
      `import { DatabaseSync } from "node:sqlite";
       const database = new DatabaseSync(${path}, { timeout: 100 });
       for (const sql of ["SELECT count(*) FROM jobs", "DELETE FROM jobs"]) {
         try { database.prepare(sql).all(); console.log("done"); }
         catch (error) { console.log(error.message); }
       }`,
    );
    assert.equal(output, "database is locked\ndatabase is locked\n");
    await store.add(newJob(1)).committed;
    await store.close();
    assert.deepEqual(await idsIn(folder), [idOf(1)]);
  });
});

type StartThread = ConstructorParameters<typeof SqliteStore>[0]["startThread"];

function storeIn(folder: TemporaryFolder, startThread?: StartThread): SqliteStore {
  const options = { path: folder.file("jobs.db"), durability: "process" } as const;
  return new SqliteStore(startThread === undefined ? options : { ...options, startThread });
}

async function storeOneJob(folder: TemporaryFolder): Promise<void> {
  await using store = storeIn(folder);
  await store.open();
  await store.add(newJob(1)).committed;
}

/** Tries, as the engine does, until the store takes the job. */
async function untilStored(store: SqliteStore, n: number): Promise<void> {
  for (;;) {
    try {
      return await store.add(newJob(n)).committed;
    } catch {
      await delay(50);
    }
  }
}

async function idsIn(folder: TemporaryFolder): Promise<readonly string[]> {
  await using store = storeIn(folder);
  return (await store.open()).map((record) => record.id);
}
