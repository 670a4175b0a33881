import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, it } from "node:test";
import { openHost, StepResult } from "../../src/index.ts";
import { BatonProcess } from "../cli/baton-process.ts";
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

describe("a property of a native plugin", { timeout: 120_000 }, () => {
  it("is read back at once, and after a restart", async () => {
    const bytes = new Uint8Array([0, 255, 10, 0]);
    {
      await using one = await open("restart");
      assert.equal(await one.property("a"), "NOT_FOUND");
      assert.equal(await one.status("POST", "property?name=a", "first"), "OK");
      assert.equal(await one.status("POST", "property?name=a", "second"), "OK");
      assert.equal(await one.property("a"), "second");
      assert.equal(await one.status("POST", "property?name=%C3%A4", bytes), "OK");
      assert.equal(await one.status("POST", "property?name=empty", ""), "OK");
      assert.equal(await one.status("POST", "property?name=gone", "x"), "OK");
      assert.equal(await one.status("DELETE", "property?name=gone"), "OK");
    }
    // Jobs may be left alone; properties are the plugin's own.
    const path = workshop.file("restart.db");
    await using again = await open("restart", { store: { kind: "sqlite", path, load: false } });
    assert.equal(await again.property("a"), "second");
    assert.equal(await again.property("empty"), "");
    assert.equal(await again.property("gone"), "NOT_FOUND");
    const answer = await fetch(`${again.host.url}/services/property?name=%C3%A4`);
    const told = new Uint8Array(await answer.arrayBuffer());
    assert.deepEqual(told.subarray("0 ".length), bytes);
  });

  it("is gone with a host that keeps nothing", async () => {
    for (const value of ["NOT_FOUND", "NOT_FOUND"]) {
      await using one = await ServicesHost.open([library]);
      assert.equal(await one.property("a"), value);
      assert.equal(await one.status("POST", "property?name=a", "x"), "OK");
      assert.equal(await one.property("a"), "x");
    }
  });

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

  it("keeps its old value if the store refuses", async () => {
    using stores = new FaultyStores(workshop.file("refused.faults"));
    const log = workshop.write("refused.log", "");
    await using one = await open("refused");
    assert.equal(await one.status("POST", "property?name=a", "old"), "OK");
    stores.plan({ kind: "refuse", until: [], log });
    assert.equal(await one.status("POST", "property?name=a", "new"), "STORE_FAILED");
    assert.equal(await one.status("DELETE", "property?name=a"), "STORE_FAILED");
    assert.equal(await one.property("a"), "old");
    stores.plan();
    assert.equal(await one.status("POST", "property?name=b", "x"), "OK");
    await one.close();
    await using again = await open("refused");
    assert.equal(await again.property("a"), "old");
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

  it("survives kill -9 once it is set", async () => {
    const config = {
      HttpPort: 0,
      IndexDirectory: workshop.folder,
      Plugins: [library],
    };
    const file = workshop.write("kill.json", JSON.stringify(config));
    for (const earlier of ["NOT_FOUND", "1", "2"]) {
      await using baton = new BatonProcess("serve", "--config", file);
      const url = (await baton.line("stdout", /listens on/)).split(" ").at(-1);
      const read = await (await fetch(`${url}/services/property?name=n`)).text();
      assert.equal(read.trim(), earlier === "NOT_FOUND" ? "10" : `0 ${earlier}`);
      const body = String(Number(earlier === "NOT_FOUND" ? 0 : earlier) + 1);
      const answer = await fetch(`${url}/services/property?name=n`, { method: "POST", body });
      assert.equal(await answer.text(), "0");
      baton.kill("SIGKILL");
      await baton.exit();
    }
  });
});
