import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openHost } from "../../src/index.ts";
import { HostWorkshop } from "../native/support/host-workshop.ts";

const workshop = new HostWorkshop();
const files = { library: "", addon: "" };
before(() => {
  files.library = workshop.sharedLibrary("table", "table.so", [`PLUGIN_NAME="table"`]);
  files.addon = workshop.addon("table", "table.node", ['PLUGIN_NAME="table"']);
});
after(() => workshop.remove());

/** What a plugin was answered that made right and wrong calls: in its start, and on other threads. */
async function told(path: string, isolation: "none" | "process"): Promise<readonly string[]> {
  await using host = await openHost({ plugins: [{ path, isolation }], http: { port: 0 } });
  const tables = ["table", "start"].map(async (name) => {
    const answer = await fetch(`${host.url}/table/${name}`);
    return (await answer.text()).split("\n");
  });
  return (await Promise.all(tables)).flat();
}

describe("calls with right and wrong handles", { timeout: 60_000 }, () => {
  for (const door of ["library", "addon"] as const) {
    it(`are answered in another process as in this one (${door})`, async () => {
      const here = await told(files[door], "none");
      assert.ok(here.length > 20, here.join("\n"));
      assert.deepEqual(await told(files[door], "process"), here);
    });
  }
});
