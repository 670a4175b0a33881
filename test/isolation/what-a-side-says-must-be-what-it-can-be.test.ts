import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { JobInfo } from "../../src/index.ts";
import { forgeries } from "./support/forger.ts";
import { HurriedHost } from "./support/hurried-host.ts";

const hasEnded = ({ state }: JobInfo): boolean => state === "succeeded" || state === "failed";
const understood = "it sent what cannot be understood";

describe("a side that says what it cannot say", { timeout: 60_000 }, () => {
  let host: HurriedHost;
  before(async () => {
    host = new HurriedHost({ slots: 1 });
    await host.add("forger", { kind: "thread" });
    await host.begin();
  });
  after(() => host.close());

  for (const forgery of forgeries) {
    it(`ends, and its host does not: ${forgery}`, async () => {
      const crash = `the plugin crashed: ${understood}`;
      const crashes = host.logs(crash).length;
      const lives = host.logs("the plugin runs again").length;
      const id = await host.submit("forger", { forgery });
      const { state, error } = await host.until(id, hasEnded);
      assert.deepEqual([state, error?.code], ["failed", "PLUGIN_CRASHED"]);
      await host.logged("the plugin runs again", lives + 1);
      assert.equal(host.logs(crash).length, crashes + 1);
      // The only slot is free again, and all jobs can be shown.
      const next = await host.submit("forger", { forgery: null });
      assert.equal((await host.until(next, hasEnded)).state, "succeeded");
      assert.ok(host.engine.jobs().length >= 2);
    });
  }
});
