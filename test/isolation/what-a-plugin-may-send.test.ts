import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { JobInfo } from "../../src/index.ts";
import { HurriedHost } from "./support/hurried-host.ts";

const hasEnded = ({ state }: JobInfo): boolean => state === "succeeded" || state === "failed";

for (const kind of ["thread", "process"] as const) {
  describe(`a plugin in a ${kind}`, { timeout: 60_000 }, () => {
    it("may send what it likes through its own channel: the host lives on", async () => {
      await using host = new HurriedHost({ slots: 2 });
      await host.add("crasher", { kind });
      await host.begin();
      await host.request("POST /crasher/talk").catch(() => undefined);
      const id = await host.submit("crasher", { kind: "steady", left: 2 });
      assert.equal((await host.until(id, hasEnded)).state, "succeeded");
    });

    it("may submit in its start, in every life of it", async () => {
      await using host = new HurriedHost({
        slots: 2,
        settings: { crasher: { submitsAtStart: true } },
      });
      await host.add("crasher", { kind });
      await host.begin();
      await host.request("GET /crasher/crash/{way}", { way: "exit" }).catch(() => undefined);
      await host.logged("has submitted", 2);
      await host.logged("the plugin runs again");
      const [first, second] = host.engine.jobs();
      assert(first !== undefined && second !== undefined);
      assert.equal((await host.until(second.id, hasEnded)).state, "succeeded");
      assert.ok(["succeeded", "failed"].includes((await host.until(first.id, hasEnded)).state));
    });

    it("does not hold up a closing out of native code", async () => {
      const host = new HurriedHost({ slots: 2, drainTimeoutMs: 100 });
      await host.add("crasher", { kind });
      await host.begin();
      const id = await host.submit("crasher", { kind: "crash", ways: ["sleep"] });
      await host.until(id, ({ state }) => state === "running");
      await delay(300);
      const began = performance.now();
      await host.close();
      const took = performance.now() - began;
      assert.ok(took < 4_000, `${took} ms`);
    });
  });
}
