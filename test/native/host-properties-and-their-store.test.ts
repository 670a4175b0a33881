import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, it } from "node:test";
import { openHost, StepResult } from "../../src/index.ts";
import { ScriptedJob } from "../e2e/support/scripted-job.ts";
import { eventually } from "./support/host-eventually.ts";
import { FaultyStores } from "./support/host-faults.ts";
import { ServicesHost } from "./support/host-services.ts";
import { HostWorkshop } from "./support/host-workshop.ts";

const workshop = new HostWorkshop();
let library = "";
before(() => void (library = workshop.library("services")));
after(() => workshop.remove());

const open = (name: string, options = {}): Promise<ServicesHost> =>
  ServicesHost.open([library], {
    store: { kind: "sqlite", path: workshop.file(`${name}.db`) },
    ...options,
  });

describe("a property and the store it is in", { timeout: 120_000 }, () => {
  it("finds its place in a database of an earlier version, beside the jobs", async () => {
    const path = workshop.file("earlier.db");
    const job = new ScriptedJob();
    job.end(StepResult.success);
    {
      await using host = await openHost({ store: { kind: "sqlite", path } });
      await host.waitJob(await host.submit(job));
    }
    const database = new DatabaseSync(path);
    database.exec("DROP TABLE properties; PRAGMA user_version = 1");
    // Version 1 ended with this column; what was added since stands behind it.
    const columns = database.prepare("SELECT name FROM pragma_table_info('jobs')").all();
    const names = columns.map(({ name }) => String(name));
    for (const later of names.slice(names.indexOf("current_state") + 1)) {
      database.exec(`ALTER TABLE jobs DROP COLUMN ${later}`);
    }
    database.close();
    await using one = await open("earlier");
    assert.equal(await one.status("POST", "property?name=a", "x"), "OK");
    assert.equal(one.host.jobs().length, 1);
  });

  for (const kind of ["die before", "die after"] as const) {
    it(`keeps its old value if the store's thread dies (${kind} COMMIT)`, async () => {
      const name = kind.replace(" ", "-");
      using stores = new FaultyStores(workshop.file(`${name}.faults`));
      const log = workshop.write(`${name}.log`, "");
      await using one = await open(name);
      assert.equal(await one.status("POST", "property?name=a", "old"), "OK");
      for (const [method, path] of [
        ["POST", "property?name=a"],
        ["POST", "property?name=new"],
        ["DELETE", "property?name=a"],
      ] as const) {
        const thread = stores.threads.at(-1);
        assert(thread !== undefined);
        // Its error comes first.
        const exited = new Promise((resolve) => thread.once("exit", resolve));
        stores.plan({ kind, until: [], log });
        assert.equal(await one.status(method, path, "after"), "STORE_FAILED");
        await exited;
        await eventually(
          async () => (await one.status("POST", "property?name=probe", "x")) === "OK",
        );
        assert.equal(await one.property("a"), "old");
      }
      await one.close();
      stores[Symbol.dispose]();
      await using again = await open(name);
      assert.equal(await again.property("a"), "old");
      assert.equal(await again.property("new"), "NOT_FOUND");
    });
  }
});
