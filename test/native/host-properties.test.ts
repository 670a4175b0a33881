import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import type { HostOptions } from "../../src/index.ts";
import { BatonProcess } from "../cli/baton-process.ts";
import { FaultyStores } from "./support/host-faults.ts";
import { ServicesHost } from "./support/host-services.ts";
import { HostWorkshop } from "./support/host-workshop.ts";

const workshop = new HostWorkshop();
let library = "";
before(() => void (library = workshop.library("services")));
after(() => workshop.remove());

type Isolation = "none" | "process";

const open = (
  name: string,
  isolation: Isolation = "none",
  options: HostOptions = {},
): Promise<ServicesHost> =>
  ServicesHost.open([isolation === "none" ? library : { path: library, isolation }], {
    store: { kind: "sqlite", path: workshop.file(`${name}.db`) },
    ...options,
  });

for (const isolation of ["none", "process"] as const) {
  describe(`a property of a native plugin (isolation: ${isolation})`, { timeout: 120_000 }, () => {
    it("is read back at once, and after a restart", async () => {
      const bytes = new Uint8Array([0, 255, 10, 0]);
      {
        await using one = await open(`${isolation}-restart`, isolation);
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
      const path = workshop.file(`${isolation}-restart.db`);
      await using again = await open("restart", isolation, {
        store: { kind: "sqlite", path, load: false },
      });
      assert.equal(await again.property("a"), "second");
      assert.equal(await again.property("empty"), "");
      assert.equal(await again.property("gone"), "NOT_FOUND");
      const answer = await fetch(`${again.host.url}/services/property?name=%C3%A4`);
      const told = new Uint8Array(await answer.arrayBuffer());
      assert.deepEqual(told.subarray("0 ".length), bytes);
    });

    it("is gone with a host that keeps nothing", async () => {
      for (const value of ["NOT_FOUND", "NOT_FOUND"]) {
        await using one = await ServicesHost.open([{ path: library, isolation }]);
        assert.equal(await one.property("a"), value);
        assert.equal(await one.status("POST", "property?name=a", "x"), "OK");
        assert.equal(await one.property("a"), "x");
      }
    });

    it("may be as many and as large as a plugin likes", async () => {
      const large = "x".repeat(900_000);
      {
        await using one = await open(`${isolation}-large`, isolation);
        for (let n = 0; n < 12; n++) {
          assert.equal(await one.status("POST", `property?name=p${n}`, large), "OK");
        }
      }
      await using again = await open(`${isolation}-large`, isolation);
      for (let n = 0; n < 12; n++) assert.equal(await again.property(`p${n}`), large);
    });

    it("keeps its old value if the store refuses", async () => {
      using stores = new FaultyStores(workshop.file(`${isolation}-refused.faults`));
      const log = workshop.write(`${isolation}-refused.log`, "");
      await using one = await open(`${isolation}-refused`, isolation);
      assert.equal(await one.status("POST", "property?name=a", "old"), "OK");
      stores.plan({ kind: "refuse", until: [], log });
      assert.equal(await one.status("POST", "property?name=a", "new"), "STORE_FAILED");
      assert.equal(await one.status("DELETE", "property?name=a"), "STORE_FAILED");
      assert.equal(await one.property("a"), "old");
      stores.plan();
      assert.equal(await one.status("POST", "property?name=b", "x"), "OK");
      await one.close();
      await using again = await open(`${isolation}-refused`, isolation);
      assert.equal(await again.property("a"), "old");
    });

    it("survives kill -9 once it is set", async () => {
      const folder = workshop.file(`${isolation}-kill`);
      mkdirSync(folder);
      const config = {
        HttpPort: 0,
        IndexDirectory: folder,
        Plugins: [isolation === "none" ? library : { Path: library, Isolation: isolation }],
      };
      const file = workshop.write(`${isolation}-kill.json`, JSON.stringify(config));
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
}
