import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openHost, type Host } from "../../src/index.ts";
import { HostWorkshop } from "./support/host-workshop.ts";

const workshop = new HostWorkshop();
let library = "";
before(() => {
  library = workshop.sharedLibrary("maker");
});
after(() => workshop.remove());

/** More than there are threads for the routes of a plugin, or for its creators. */
const atOnce = 9;
/** Far longer than all of it takes. */
const patienceMs = 15_000;

async function post(host: Host, path: string, body: object): Promise<string> {
  const answer = await fetch(`${host.url}${path}`, {
    method: "POST",
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(patienceMs),
  });
  return answer.text();
}

const all = (send: () => Promise<string>): Promise<readonly string[]> =>
  Promise.all(Array.from({ length: atOnce }, send));

for (const isolation of ["none", "process"] as const) {
  const open = (): Promise<Host> =>
    openHost({ http: { port: 0 }, plugins: [{ path: library, isolation }] });

  describe(`with isolation "${isolation}"`, { timeout: 60_000 }, () => {
    for (const Type of ["made", "made-on-loop"]) {
      it(`routes that ask for a job, on all threads at once, all get one: ${Type}`, async () => {
        await using host = await open();
        const told = await all(() => post(host, "/maker/jobs", { Type }));
        assert.deepEqual(new Set(told), new Set(["0 200"]));
        assert.equal(host.jobIds().length, atOnce);
      });
    }

    it("a creator gets no other job made, however many try at once, and makes its own", async () => {
      await using host = await open();
      const wish = { Type: "made", Content: { Words: "chain" }, Synchronous: true };
      const told = await all(() => post(host, "/jobs", wish));
      for (const one of told) assert.deepEqual(JSON.parse(one), { status: 0, http: 500 });
      assert.equal(host.jobIds().length, atOnce);
    });
  });
}
