import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PluginHost } from "../../src/ports/plugin.ts";
import { ScriptedJob } from "../../src/testing/index.ts";
import { openTestEngine } from "../support/engine-harness.ts";
import { savedRecordOf } from "../support/records.ts";
import { scriptThatCalls, type Callback } from "../support/script-that-calls.ts";
import { StoreDouble } from "../support/store-double.ts";

/** Every call that a callback may make and wait for, of another job and of a new one. */
async function callEverything(host: PluginHost, other: string): Promise<string> {
  host.log("info", "in a callback");
  host.freeJob(host.createJob(new ScriptedJob().descriptor));
  const id = await host.submitJob(host.createJob(new ScriptedJob({ type: "child" }).descriptor));
  await host.setPriority(id, 1);
  await host.pauseJob(id);
  await host.resumeJob(id);
  await host.cancelJob(id);
  // With a slot free it may have begun, and a cancel waits for its step.
  if (host.jobInfo(id).state === "failed") await host.deleteJob(id);
  return host.jobInfo(other).state;
}

void describe("a callback that calls the engine and waits for the answers", () => {
  for (const callback of ["step", "stop", "reset"] satisfies Callback[]) {
    void it(`gets them: ${callback}`, async () => {
      await using engine = await openTestEngine();
      const answers: string[] = [];
      const other = await engine.run({ steps: ["retry"] });
      await engine.until(other.id, "retrying");
      const call = async (): Promise<void> => {
        answers.push(await callEverything(engine.host(), other.id));
      };
      const { id } = await engine.run(scriptThatCalls(callback, call));
      if (callback === "reset") {
        await engine.until(id, "failed");
        await engine.host().resubmitJob(id);
      }
      await engine.until(id, "succeeded");
      assert.ok(answers.length > 0);
      assert.ok(answers.every((state) => state === "retrying"));
    });
  }

  void it("gets them: revive", async () => {
    const store = new StoreDouble([savedRecordOf(1, "state"), savedRecordOf(2, "state")]);
    const answers: string[] = [];
    await using engine = await openTestEngine({
      store,
      start: (host) =>
        host.registerType("scripted", async () => {
          answers.push(await callEverything(host, savedRecordOf(2, "").id));
          return host.createJob(new ScriptedJob({ getSerialized: () => "" }).descriptor);
        }),
    });
    await engine.until(savedRecordOf(2, "").id, "succeeded");
    assert.equal(answers.length, 2);
  });

  void it("starts them and is not deadlocked by them: getters and finalize", async () => {
    await using engine = await openTestEngine();
    const calls: Promise<unknown>[] = [];
    const other = await engine.run({ steps: ["retry"] });
    await engine.until(other.id, "retrying");
    const call = (): void => void calls.push(callEverything(engine.host(), other.id));
    const { id } = await engine.run({
      getProgress: () => (call(), 0.5),
      getContent: () => (call(), {}),
      getSerialized: () => (call(), "state"),
      finalize: call,
    });
    await engine.until(id, "succeeded");
    await engine.drain();
    const states = await Promise.all(calls);
    assert.ok(states.length >= 7, `${states.length} calls were made`);
    assert.deepEqual(new Set(states), new Set(["retrying"]));
  });

  void it("may ask for its own end", async () => {
    await using engine = await openTestEngine();
    const host = engine.host();
    const ids: string[] = [];
    const step = async (): Promise<unknown> => {
      await engine.drain();
      await host.cancelJob(String(ids[0]));
      return { kind: "continue" };
    };
    const { id, job } = await engine.run({ steps: [step] });
    ids.push(id);
    assert.equal((await engine.until(id, "failed")).error?.code, "JOB_CANCELED");
    assert.deepEqual(job.trace, ["step", "stop:canceled"]);
  });
});
