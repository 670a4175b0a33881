import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { JobInfo } from "../../src/index.ts";
import { HostWorkshop } from "../native/support/host-workshop.ts";
import { HurriedHost } from "./support/hurried-host.ts";

const lines = 20_000;
const hasSucceeded = ({ state }: JobInfo): boolean => state === "succeeded";

/** How many lines came, and of how many it is said that they did not. */
function countsOf(host: HurriedHost): readonly [heard: number, dropped: number] {
  const dropped = host.logs(" messages dropped").map((text) => Number.parseInt(text, 10));
  return [host.logs("says ").length, dropped.reduce((sum, count) => sum + count, 0)];
}

/** Waits until each line was heard, or is said to be missing; that may be said in several parts. */
async function untilAllIsSaid(host: HurriedHost): Promise<void> {
  while (countsOf(host).reduce((sum, count) => sum + count) < lines) {
    await host.logged("", host.logs("").length + 1);
  }
}

const workshop = new HostWorkshop();
let library = "";
before(() => void (library = workshop.sharedLibrary("talker")));
after(() => workshop.remove());

for (const place of ["thread", "process", "native"] as const) {
  const kind = place === "thread" ? "thread" : "process";
  describe(`a plugin that logs without a pause, ${place}`, { timeout: 60_000 }, () => {
    it("is heard in part, and says how much is missing", async () => {
      await using host = new HurriedHost();
      await host.add(place === "native" ? library : "talker", { kind });
      await host.begin();
      await host.request("POST /talker/log", {}, { lines });
      await untilAllIsSaid(host);
      const [heard, dropped] = countsOf(host);
      assert.equal(heard + dropped, lines);
      assert.ok(heard >= 1_000 && heard < lines / 2, `${heard} heard`);
      // It has caught up: nothing is dropped any more.
      await host.request("POST /talker/log", {}, { lines: 500 });
      await host.logged("says 500", 2);
      assert.deepEqual(countsOf(host), [heard + 500, dropped]);
    });

    if (place === "native") return;
    it("is heard in part about a job, too", async () => {
      await using host = new HurriedHost();
      await host.add("talker", { kind });
      await host.begin();
      const id = await host.submit("talker", { lines });
      await host.until(id, hasSucceeded);
      await untilAllIsSaid(host);
      const [heard, dropped] = countsOf(host);
      assert.equal(heard + dropped, lines);
      assert.ok(heard < lines / 2, `${heard} heard`);
    });
  });
}
