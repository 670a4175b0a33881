import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PluginHost, Revive } from "../../src/ports/plugin.ts";
import { Gate, ScriptedJob } from "../../src/testing/index.ts";
import { openTestEngine, type TestEngine } from "../support/engine-harness.ts";
import { idOf, savedRecordOf } from "../support/records.ts";
import { StoreDouble } from "../support/store-double.ts";

void describe("a revive that fails", () => {
  const faults: Readonly<Record<string, (host: PluginHost) => Revive>> = {
    "it throws": () => () => {
      throw new Error("corrupt");
    },
    "it throws what cannot be told": () => () => {
      throw Object.create(null);
    },
    "it rejects": () => () => Promise.reject(new Error("corrupt")),
    "it answers nothing": () => () => undefined as never,
    "it answers a forged handle": () => () => ({}) as never,
    "it answers a freed handle": (host) => () => {
      const handle = host.createJob(new ScriptedJob().descriptor);
      host.freeJob(handle);
      return handle;
    },
  };

  for (const [how, revive] of Object.entries(faults)) {
    void it(`fails the job with CANNOT_REVIVE and keeps its state: ${how}`, async () => {
      const store = new StoreDouble([savedRecordOf(1, "saved")]);
      await using engine = await reopened(store, revive);
      assert.equal((await engine.until(idOf(1), "failed")).error?.code, "CANNOT_REVIVE");
      assert.deepEqual(store.records.get(idOf(1))?.currentState, new TextEncoder().encode("saved"));
      await engine.host().resubmitJob(idOf(1));
    });
  }
});

void describe("a job that is canceled while it is revived", () => {
  void it("ends as canceled", async () => {
    const gate = new Gate();
    await using engine = await reopened(
      new StoreDouble([savedRecordOf(1, "saved")]),
      (host) => async () => {
        await gate.pass();
        return host.createJob(new ScriptedJob({ steps: ["continue"] }).descriptor);
      },
    );
    await gate.reached;
    await engine.host().cancelJob(idOf(1));
    gate.open();
    assert.equal((await engine.until(idOf(1), "failed")).error?.code, "JOB_CANCELED");
  });
});

function reopened(store: StoreDouble, revive: (host: PluginHost) => Revive): Promise<TestEngine> {
  return openTestEngine({ store, start: (host) => host.registerType("scripted", revive(host)) });
}
