import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { eventually } from "./support/host-eventually.ts";
import { FaultyStores } from "./support/host-faults.ts";
import { TableHost } from "./support/host-table.ts";
import { readTable, table } from "./support/host-table-cases.ts";
import { HostWorkshop } from "./support/host-workshop.ts";

const workshop = new HostWorkshop();
const files = { "table-a": "", "table-b": "", "table-c": "" };
const named = (name: string): readonly string[] => [`PLUGIN_NAME="${name}"`];
before(() => {
  files["table-a"] = workshop.sharedLibrary("table", "a.so", named("table-a"));
  files["table-b"] = workshop.sharedLibrary("table", "b.so", named("table-b"));
  files["table-c"] = workshop.addon("table", "c.node", named("table-c"));
});
after(() => workshop.remove());

const stores = {
  memory: () => ({ kind: "memory" }) as const,
  sqlite: (name: string) => ({ kind: "sqlite", path: workshop.file(`${name}.db`) }) as const,
};

const doors = [
  ["a C library", "table-a"],
  ["a Node-API addon", "table-c"],
] as const;

for (const [door, plugin] of doors) {
  describe(`a handle of ${door}`, { timeout: 60_000 }, () => {
    for (const [kind, store] of Object.entries(stores)) {
      it(`answers each wrong call, from start and from a route (${kind})`, async () => {
        await using one = await TableHost.open(store(`wrong-${plugin}`), {
          [plugin]: files[plugin],
        });
        assert.deepEqual(readTable(await one.text("GET", `/${plugin}/start`)), table);
        assert.deepEqual(readTable(await one.text("GET", `/${plugin}/table`)), table);
        await one.text("POST", `/${plugin}/release`);
      });
    }

    it("is as good as before when the store refuses the job, and gone when it is finalized", async () => {
      using faulty = new FaultyStores(workshop.file(`${plugin}.faults`));
      await using one = await TableHost.open(stores.sqlite(`refused-${plugin}`), {
        [plugin]: files[plugin],
      });
      const { number, bits } = await one.create(plugin, "saved");
      faulty.plan({ kind: "refuse", until: [], log: "" });
      assert.equal(await one.status(`/${plugin}/submit/${bits}`), "STORE_FAILED");
      assert.equal(await one.text("GET", `/${plugin}/finalized/${number}`), "0 0");
      faulty.plan();
      assert.equal(await one.status(`/${plugin}/submit/${bits}`), "OK");
      assert.equal(await one.status(`/${plugin}/submit/${bits}`), "ALREADY_SUBMITTED");
      assert.equal(await one.status(`/${plugin}/free/${bits}`), "ALREADY_SUBMITTED");
      const id = one.host.jobs().at(-1)?.id ?? "";
      await one.text("POST", `/${plugin}/release`);
      await one.host.waitJob(id);
      // Finalized on a pool thread, soon.
      const finalized = `/${plugin}/finalized/${number}`;
      await eventually(async () => (await one.text("GET", finalized)) === "1 0");
      assert.equal(await one.status(`/${plugin}/submit/${bits}`), "STALE_HANDLE");
      assert.equal(await one.status(`/${plugin}/free/${bits}`), "STALE_HANDLE");
    });

    it("is busy while another thread submits it", async () => {
      await using one = await TableHost.open(stores.memory(), { [plugin]: files[plugin] });
      const { bits } = await one.create(plugin, "blocks");
      const submitting = one.status(`/${plugin}/submit/${bits}`);
      await one.events.first((event) => event.kind === "logged" && event.text === "blocks");
      assert.equal(await one.status(`/${plugin}/submit/${bits}`), "BUSY");
      assert.equal(await one.status(`/${plugin}/free/${bits}`), "BUSY");
      await one.text("POST", `/${plugin}/unblock`);
      assert.equal(await submitting, "OK");
      await one.text("POST", `/${plugin}/release`);
    });

    it("that is forgotten is finalized at the close, with one warning", async () => {
      let events: TableHost["events"];
      {
        await using one = await TableHost.open(stores.memory(), { [plugin]: files[plugin] });
        ({ events } = one);
        await one.create(plugin, "plain");
        await one.create(plugin, "saved");
        await one.text("POST", `/${plugin}/release`);
      }
      const told = events.seen.filter(
        (event) => event.kind === "logged" && event.level === "warning",
      );
      assert.equal(told.length, 1);
      assert.match(JSON.stringify(told[0]), new RegExp(`2 job.*type probe.*${plugin}`));
    });
  });
}

describe("a handle", { timeout: 60_000 }, () => {
  it("is of the plugin that created it", async () => {
    const names = ["table-a", "table-b", "table-c"] as const;
    await using one = await TableHost.open(stores.memory(), files);
    for (const owner of names) {
      const { number, bits } = await one.create(owner, "saved");
      for (const other of names.filter((name) => name !== owner)) {
        assert.equal(await one.status(`/${other}/submit/${bits}`), "NOT_YOURS");
        assert.equal(await one.status(`/${other}/free/${bits}`), "NOT_YOURS");
      }
      assert.equal(await one.text("GET", `/${owner}/finalized/${number}`), "0 0");
      assert.equal(await one.status(`/${owner}/free/${bits}`), "OK");
      assert.equal(await one.text("GET", `/${owner}/finalized/${number}`), "1 1");
      await one.text("POST", `/${owner}/release`);
    }
  });
});
