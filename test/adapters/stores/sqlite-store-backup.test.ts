import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { Worker } from "node:worker_threads";
import { SqliteStore } from "../../../src/adapters/stores/sqlite/sqlite-store.ts";
import { newJob } from "./sample-job.ts";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

const content = JSON.stringify("x".repeat(20_000));

describe("a backup of the SQLite store", () => {
  it("is whole and of one moment, although commits go on", async () => {
    await using folder = await temporaryFolder();
    await using store = storeIn(folder);
    await store.open();
    let jobs = 0;
    // Jobs come in pairs, each pair in one transaction.
    const addPair = async (): Promise<void> => {
      const writes = [newJob((jobs += 1)), newJob((jobs += 1))].map((job) => {
        const record = { ...job, content, sequence: store.nextSequence() };
        return { kind: "put", record } as const;
      });
      await store.commit(writes);
    };
    for (let pair = 0; pair < 200; pair += 1) await addPair();
    const made = new AbortController();
    const backup = store.backUp().finally(() => made.abort());
    const before = jobs;
    while (!made.signal.aborted) await addPair();
    assert.ok(jobs > before, "nothing was committed meanwhile");
    const copy = await read(folder, await backup);
    assert.equal(copy.integrity, "ok");
    assert.equal(copy.jobs % 2, 0, `half a transaction: ${copy.jobs} jobs`);
    assert.ok(copy.jobs >= before && copy.jobs <= jobs, `${before} ≤ ${copy.jobs} ≤ ${jobs}`);
    assert.deepEqual(await copiesIn(folder), []);
  });

  it("can be made again and again, whatever transaction it meets", async () => {
    await using folder = await temporaryFolder();
    await using store = storeIn(folder);
    await store.open();
    const done = new AbortController();
    const load = Array.from({ length: 8 }, async (_, lane) => {
      for (let n = 0; !done.signal.aborted; n += 1)
        await store.add(newJob(lane * 100_000 + n)).committed;
    });
    for (let times = 0; times < 40; times += 1) (await store.backUp()).discard();
    done.abort();
    await Promise.all(load);
  });

  it("is one at a time", async () => {
    await using folder = await temporaryFolder();
    await using store = storeIn(folder);
    await store.open();
    const first = store.backUp();
    await assert.rejects(store.backUp(), { code: "BUSY" });
    (await first).discard();
    (await store.backUp()).discard();
  });

  it("is given up when the store closes, and leaves nothing behind", async () => {
    await using folder = await temporaryFolder();
    await using store = storeIn(folder);
    await store.open();
    for (let n = 0; n < 20; n += 1) await addMany(store, n * 50);
    const refused = assert.rejects(store.backUp(), { code: "STORE_FAILED", message: /closing$/ });
    await store.close();
    await refused;
    assert.deepEqual(await readdir(folder.path), ["jobs.db"]);
  });

  it("has failed when its thread dies, and the next thread removes what is left of it", async () => {
    await using folder = await temporaryFolder();
    const started: Worker[] = [];
    await using store = storeIn(folder, (file, workerData) => {
      const thread = new Worker(file, { workerData, execArgv: [] });
      started.push(thread);
      return thread;
    });
    await store.open();
    for (let n = 0; n < 20; n += 1) await addMany(store, n * 50);
    await writeFile(`${folder.file("jobs.db")}-copy-${randomUUID()}`, "half");
    await writeFile(`${folder.file("jobs.db")}-copy-monday`, "somebody's own");
    await mkdir(`${folder.file("jobs.db")}-copy-${randomUUID()}`);
    const refused = assert.rejects(store.backUp(), { code: "STORE_FAILED", message: /ended/ });
    await started[0]?.terminate();
    await refused;
    await store.add(newJob(5_000)).committed;
    const left = await copiesIn(folder);
    assert.equal(left.length, 2, "a folder, and what somebody has copied by hand");
    assert.ok(left.includes("jobs.db-copy-monday"));
    (await store.backUp()).discard();
  });

  it("is refused by a store that is not open", async () => {
    await using folder = await temporaryFolder();
    await assert.rejects(storeIn(folder).backUp(), { code: "STORE_FAILED" });
  });
});

type StartThread = ConstructorParameters<typeof SqliteStore>[0]["startThread"];

function storeIn(folder: TemporaryFolder, startThread?: StartThread): SqliteStore {
  const options = { path: folder.file("jobs.db"), durability: "process" } as const;
  return new SqliteStore(startThread === undefined ? options : { ...options, startThread });
}

async function addMany(store: SqliteStore, first: number): Promise<void> {
  const jobs = Array.from({ length: 50 }, (_, n) => ({ ...newJob(first + n), content }));
  await Promise.all(jobs.map((job) => store.add(job).committed));
}

async function copiesIn(folder: TemporaryFolder): Promise<readonly string[]> {
  return (await readdir(folder.path)).filter((name) => name.includes("-copy-"));
}

async function read(
  folder: TemporaryFolder,
  { bytes, size }: Awaited<ReturnType<SqliteStore["backUp"]>>,
): Promise<{ readonly integrity: unknown; readonly jobs: number }> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  const whole = Buffer.concat(chunks);
  assert.equal(whole.length, size);
  await writeFile(folder.file("backup.db"), whole);
  const database = new DatabaseSync(folder.file("backup.db"));
  const integrity = database.prepare("PRAGMA integrity_check").get()?.["integrity_check"];
  const jobs = Number(database.prepare("SELECT count(*) AS n FROM jobs").get()?.["n"]);
  database.close();
  return { integrity, jobs };
}
