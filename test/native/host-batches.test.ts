import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openHost, type Host, type HostOptions } from "../../src/index.ts";
import { statuses } from "../../src/adapters/native/numbers.ts";
import { FaultyStores } from "./support/host-faults.ts";
import { HostWorkshop } from "./support/host-workshop.ts";

const workshop = new HostWorkshop();
let path = "";
before(() => void (path = workshop.library("batcher")));
after(() => workshop.remove());

/** What submit_jobs was answered: its status, then the ids, or what was said of each job. */
async function batch(host: Host, query: string): Promise<readonly string[]> {
  const answer = await fetch(`${host.url}/batcher/batch?${query}`, { method: "POST" });
  const [status, ...rest] = (await answer.text()).trim().split("\n");
  assert.equal(answer.status, 200, status);
  return [statuses[Number(status)] ?? "", ...rest];
}

interface Place {
  readonly isolation: "none" | "process";
  readonly name: string;
}

const open = ({ isolation, name }: Place, options: HostOptions = {}): Promise<Host> =>
  openHost({
    store: { kind: "sqlite", path: workshop.file(`${isolation}-${name}.db`) },
    plugins: [{ path, isolation }],
    http: { port: 0 },
    historySize: 1_000,
    ...options,
  });

for (const isolation of ["none", "process"] as const) {
  describe(`a batch of native jobs (isolation: ${isolation})`, { timeout: 60_000 }, () => {
    it("is submitted in its order, and every job of it runs", async () => {
      await using host = await open({ isolation, name: "all" });
      const [status, ...ids] = await batch(host, "count=200");
      assert.equal(status, "OK");
      assert.equal(new Set(ids).size, 200);
      for (const id of ids) assert.equal((await host.waitJob(id)).state, "succeeded");
      // The host shows jobs in the order of their sequences.
      assert.deepEqual([...host.jobIds()], ids);
      assert.deepEqual(
        ids.map((id) => host.jobInfo(id).content),
        ids.map((_, n) => ({ n })),
      );
      await host.close();
      await using again = await open({ isolation, name: "all" });
      assert.deepEqual([...again.jobIds()], ids);
    });

    it("may be larger than any message", async () => {
      await using host = await open({ isolation, name: "large" });
      const [status, ...ids] = await batch(host, "count=24&size=1000000");
      assert.equal(status, "OK");
      for (const id of ids) assert.equal((await host.waitJob(id)).state, "succeeded");
    });

    it("is refused as a whole, and is the plugin's then, if one of its jobs cannot be", async () => {
      await using host = await open({ isolation, name: "twice" });
      const told = await batch(host, "count=3&twice=1");
      assert.deepEqual(told, ["BUSY", "0", "0", "0", String(statuses.indexOf("BUSY"))]);
      assert.deepEqual(host.jobs(), []);
    });

    it("needs room for all of it", async () => {
      await using host = await open({ isolation, name: "room" }, { limitJobs: 5 });
      assert.deepEqual((await batch(host, "count=6"))[0], "QUEUE_FULL");
      assert.deepEqual(host.jobs(), []);
      const [status, ...ids] = await batch(host, "count=5");
      assert.equal(status, "OK");
      for (const id of ids) await host.waitJob(id);
      // What was refused has left no room taken.
      assert.equal((await batch(host, "count=5"))[0], "OK");
    });

    it("is in the store as a whole, or not at all", async () => {
      using stores = new FaultyStores(workshop.file(`${isolation}-refused.faults`));
      const log = workshop.write(`${isolation}-refused.log`, "");
      await using host = await open({ isolation, name: "refused" });
      stores.plan({ kind: "refuse", until: [], log });
      assert.equal((await batch(host, "count=3"))[0], "STORE_FAILED");
      assert.deepEqual(host.jobs(), []);
      stores.plan();
      assert.equal((await batch(host, "count=3"))[0], "OK");
    });
  });
}
