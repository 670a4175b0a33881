import assert from "node:assert/strict";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { describe, it } from "node:test";
import { Worker } from "node:worker_threads";
import {
  SqliteStore,
  type SqliteStoreOptions,
} from "../../../src/adapters/stores/sqlite/sqlite-store.ts";
import { idOf, newJob } from "./sample-job.ts";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

type StartThread = NonNullable<SqliteStoreOptions["startThread"]>;

describe("a store whose thread is started ahead", () => {
  it("opens on that thread", async () => {
    await using folder = await temporaryFolder();
    const started: Worker[] = [];
    await using store = openAt(folder, recording(started));
    store.boot();
    await store.open();
    await store.add(newJob(1)).committed;
    assert.equal(started.length, 1);
  });

  it("has touched nothing, and ends, if it is closed before it is opened", async () => {
    await using folder = await temporaryFolder();
    const started: Worker[] = [];
    const store = openAt(folder, recording(started));
    store.boot();
    const [thread] = started;
    assert.ok(thread !== undefined);
    const ended = once(thread, "exit");
    await store.close();
    assert.deepEqual(await ended, [0]);
    assert.deepEqual(await readdir(folder.path), []);
  });

  it("opens on another one if that has died meanwhile", async () => {
    await using folder = await temporaryFolder();
    const started: Worker[] = [];
    await using store = openAt(folder, recording(started));
    store.boot();
    await started[0]?.terminate();
    assert.equal(started.length, 1);
    await store.open();
    await store.add(newJob(1)).committed;
    assert.equal(started.length, 2);
    await store.close();
    await using again = openAt(folder, recording(started));
    const [job] = await again.open();
    assert.equal(job?.id, idOf(1));
  });

  it("cannot be asked for anything before it is opened", async () => {
    await using folder = await temporaryFolder();
    await using store = openAt(folder, recording([]));
    store.boot();
    await assert.rejects(store.backUp(), { code: "STORE_FAILED" });
    await assert.rejects(store.propertiesAfter("p", null), { code: "STORE_FAILED" });
  });
});

function openAt(folder: TemporaryFolder, startThread: StartThread): SqliteStore {
  return new SqliteStore({ path: folder.file("jobs.db"), durability: "process", startThread });
}

const recording =
  (started: Worker[]): StartThread =>
  (file, workerData) => {
    const thread = new Worker(file, { workerData, execArgv: [] });
    started.push(thread);
    return thread;
  };
