import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ResourceLimits, Worker } from "node:worker_threads";
import {
  SqliteStore,
  type SqliteStoreOptions,
} from "../../../src/adapters/stores/sqlite/sqlite-store.ts";
import type { Moment } from "./dying-store-thread.ts";
import { idOf, newJob } from "./sample-job.ts";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

type StartThread = NonNullable<SqliteStoreOptions["startThread"]>;

const mebibyte = 2 ** 20;

describe("when the store thread dies", () => {
  it("of its heap limit, all that wait are answered and failed means not stored", async () => {
    await using folder = await temporaryFolder();
    const store = openAt(folder, threads({ maxOldGenerationSizeMb: 16 }));
    await store.open();
    await store.add(newJob(0)).committed;
    const content = JSON.stringify("x".repeat(mebibyte));
    const answers = await Promise.allSettled(
      Array.from({ length: 200 }, (_, n) => store.add({ ...newJob(n + 1), content }).committed),
    );
    const failed = answers.filter((answer) => answer.status === "rejected");
    assert.ok(failed.length > 0);
    for (const { reason } of failed) {
      assert.match(String(reason), /JobEngineError: .* the store thread ended: .*memory limit/);
    }
    // The next thread is as small; one small job is not too much for it.
    await store.add(newJob(1_000)).committed;
    await store.close();
    const kept = answers.flatMap(({ status }, n) => (status === "fulfilled" ? [n + 1] : []));
    assert.deepEqual(await idsIn(folder), [0, ...kept, 1_000].map(idOf));
  });

  it("while nobody waits, the next one takes the file at once", async () => {
    await using folder = await temporaryFolder();
    const started: Worker[] = [];
    const store = openAt(folder, recording(started));
    await store.open();
    await store.add(newJob(1)).committed;
    await started[0]?.terminate();
    assert.equal(started.length, 2);
    await store.add(newJob(2)).committed;
    assert.equal(started.length, 2);
    await store.close();
    assert.deepEqual(await idsIn(folder), [idOf(1), idOf(2)]);
  });

  it("before its commit begins, the write has failed and is not in the store", async () => {
    await using folder = await temporaryFolder();
    const store = openAt(folder, mortal("before the commit begins"));
    await store.open();
    await assert.rejects(store.add(newJob(1)).committed, {
      code: "STORE_FAILED",
      message: /the store thread ended: exit code 3$/,
    });
    await store.add(newJob(2)).committed;
    await store.close();
    assert.deepEqual(await idsIn(folder), [idOf(2)]);
  });

  for (const moment of ["before COMMIT", "after COMMIT"] as const) {
    it(`${moment} and before its answer, the write is done by the next thread`, async () => {
      await using folder = await temporaryFolder();
      const store = openAt(folder, mortal(moment));
      await store.open();
      const first = store.add(newJob(1));
      const state = { kind: "paused" } as const;
      const record = { ...newJob(1), sequence: first.sequence, state };
      await first.committed;
      await store.commit([{ kind: "put", record }]);
      await store.close();
      await using next = openAt(folder);
      assert.deepEqual(await next.open(), [record]);
    });
  }

  it("twice in the same commit, the write has failed and is not in the store", async () => {
    await using folder = await temporaryFolder();
    const store = openAt(folder, mortal("after COMMIT", "after COMMIT"));
    await store.open();
    await assert.rejects(store.add(newJob(1)).committed, { code: "STORE_FAILED" });
    await store.add(newJob(2)).committed;
    await store.close();
    assert.deepEqual(await idsIn(folder), [idOf(2)]);
  });

  it("while the store closes, closing ends all the same and keeps what it answered", async () => {
    await using folder = await temporaryFolder();
    const store = openAt(folder, mortal("after COMMIT"));
    await store.open();
    const { committed } = store.add(newJob(1));
    await store.close();
    await committed;
    assert.deepEqual(await idsIn(folder), [idOf(1)]);
  });

  it("before it has opened the file, opening fails and so does what waits", async () => {
    await using folder = await temporaryFolder();
    const store = openAt(folder, (file, data) => {
      const thread = new Worker(file, { workerData: data, execArgv: [] });
      void thread.terminate();
      return thread;
    });
    await assert.rejects(store.open(), { code: "STORE_UNREADABLE" });
    await assert.rejects(store.commit([]), { code: "STORE_FAILED" });
    await store.close();
  });
});

function openAt(folder: TemporaryFolder, startThread?: StartThread): SqliteStore {
  const path = folder.file("jobs.db");
  const options: SqliteStoreOptions = { path, durability: "process" };
  return new SqliteStore(startThread === undefined ? options : { ...options, startThread });
}

const threads =
  (resourceLimits: ResourceLimits): StartThread =>
  (file, workerData) =>
    new Worker(file, { workerData, execArgv: [], resourceLimits });

const recording =
  (started: Worker[]): StartThread =>
  (file, workerData) => {
    const thread = new Worker(file, { workerData, execArgv: [] });
    started.push(thread);
    return thread;
  };

/** The first threads die at these moments of their first commit; those after them live. */
function mortal(...moments: Moment[]): StartThread {
  return (file, data) => {
    const moment = moments.shift();
    if (moment === undefined) return new Worker(file, { workerData: data, execArgv: [] });
    const fatal = new URL("./dying-store-thread.ts", import.meta.url);
    return new Worker(fatal, { workerData: { ...data, moment }, execArgv: [] });
  };
}

async function idsIn(folder: TemporaryFolder): Promise<readonly string[]> {
  await using store = openAt(folder);
  return (await store.open()).map((record) => record.id);
}
