import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { after, describe, it } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { SqliteStore } from "../../src/adapters/stores/sqlite/sqlite-store.ts";
import type { JobRecord } from "../../src/core/job-record.ts";
import { newJob } from "../adapters/stores/sample-job.ts";
import { FaultyStores } from "./support/host-faults.ts";
import { HostWorkshop } from "./support/host-workshop.ts";
import { Host } from "./support/host.ts";

/** More than the store thread takes off its port in one turn. */
const count = 2_500;

const workshop = new HostWorkshop();
after(() => workshop.remove());

const put = (store: SqliteStore, record: JobRecord): Promise<void> =>
  store.commit([{ kind: "put", record }]);

/** Tries until there is a store again. */
async function putWhenOpen(store: SqliteStore, record: JobRecord): Promise<void> {
  for (;;) {
    try {
      return await put(store, record);
    } catch (error) {
      assert.equal(Object(error).code, "STORE_FAILED");
      await nextTurn();
    }
  }
}

describe("a store thread that dies with much in doubt", { timeout: 120_000 }, () => {
  it("is followed by one that writes that before anything newer", async () => {
    const path = workshop.file("order.db");
    const log = workshop.write("order.log", "");
    const { core } = new Host({ durable: true });
    using stores = new FaultyStores(workshop.file("order.faults"));
    const store = new SqliteStore({ path, durability: "process", native: core });
    await store.open();
    const added = Array.from({ length: count }, (_, at) => newJob(at));
    const { sequence, committed } = store.add(...added);
    await committed;
    const records = added.map((job, at): JobRecord =>
      Object.assign({ sequence: sequence + at }, job),
    );
    const [first] = records;
    const last = records.at(-1);
    assert(first !== undefined && last !== undefined);

    // All these gather behind a commit that takes its time, and so they share the fatal one.
    stores.plan(
      { kind: "wait", until: ["all are there"], log },
      { kind: "die after", until: [], log },
    );
    const blocking = put(store, { ...first, priority: 1 });
    await stores.met;
    const inDoubt = Promise.all(records.map((record) => put(store, { ...record, priority: 2 })));
    const [thread] = stores.threads;
    assert(thread !== undefined);
    const exited = new Promise((resolve) => thread.once("exit", resolve));
    appendFileSync(log, "all are there\n");
    await exited;
    await putWhenOpen(store, { ...last, priority: 3 });
    await Promise.all([blocking, inDoubt]);
    await store.close();
    core.drain(true);
    core.destroy();

    await using later = new SqliteStore({ path, durability: "process" });
    const priorities = (await later.open()).map(({ priority }) => priority);
    assert.deepEqual(priorities, [...Array.from({ length: count - 1 }, () => 2), 3]);
  });
});
