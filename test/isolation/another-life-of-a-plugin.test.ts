import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HurriedHost, type HurriedOptions } from "./support/hurried-host.ts";

for (const kind of ["thread", "process"] as const) {
  const open = async (options: HurriedOptions): Promise<HurriedHost> => {
    const host = new HurriedHost(options);
    await host.add("starter", { kind });
    await host.begin();
    return host;
  };

  describe(`another life of a plugin in a ${kind}`, { timeout: 60_000 }, () => {
    it("does not wait in its start for room that only its own jobs could make", async () => {
      await using host = await open({ limitJobs: 2, settings: { starter: { submits: 5 } } });
      await host.request("GET /starter/end").catch(() => undefined);
      await host.logged("the plugin runs again");
      assert.equal(host.logs("refused: QUEUE_FULL").length, 3 + 3);
    });

    it("gets no request before its start has returned", async () => {
      await using host = await open({ settings: { starter: { startMs: 300 } } });
      assert.equal(await host.request("GET /starter/who"), "me");
      await host.request("GET /starter/end").catch(() => undefined);
      await host.logged("has registered", 2);
      await assert.rejects(host.request("GET /starter/who"), { code: "PLUGIN_CRASHED" });
      await host.logged("the plugin runs again");
      assert.equal(await host.request("GET /starter/who"), "me");
    });

    it("is not begun when the host closes", async () => {
      const host = await open({ slots: 2, drainTimeoutMs: 2_000 });
      await host.add("crasher", { kind });
      // It keeps the host from closing at once.
      const stuck = await host.submit("crasher", { kind: "stuck" });
      await host.until(stuck, ({ state }) => state === "running");
      await host.submit("starter", {});
      await host.logged("is stepping");
      await host.close();
      assert.equal(host.logs("the plugin crashed").length, 1);
      assert.equal(host.logs("has registered").length, 1);
    });
  });
}
