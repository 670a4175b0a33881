import { describe, it } from "node:test";
import { cases } from "../../src/validate/cases.ts";
import { assertAllOk } from "./all-ok.ts";
import { attempt } from "./broken-plugin.ts";

describe("the plugin of which the faulty ones are made", { timeout: 300_000 }, () => {
  it("has nothing found in it", async () => {
    const all = cases.map(({ name }) => name);
    assertAllOk(await attempt({ fault: null, only: all }), "library");
  });
});
