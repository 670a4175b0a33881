import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ScriptedJob } from "../../src/testing/index.ts";
import { openTestEngine } from "../support/engine-harness.ts";
import { savedRecordOf } from "../support/records.ts";
import { StoreDouble } from "../support/store-double.ts";

const failed = { kind: "failed", error: { code: "OWN", message: "" } } as const;

void describe("a job whose plugin has no reset any more", () => {
  void it("starts over from the state of its submit, not from its last one", async () => {
    const last = new TextEncoder().encode("last");
    const record = savedRecordOf(1, "first", { state: failed, canReset: true, currentState: last });
    const store = new StoreDouble([record]);
    const states: string[] = [];
    const jobs: ScriptedJob[] = [];
    await using engine = await openTestEngine({
      store,
      start: (host) =>
        host.registerType("scripted", (_type, state) => {
          states.push(new TextDecoder().decode(state));
          const job = new ScriptedJob({ steps: ["failure"], getSerialized: () => state });
          jobs.push(job);
          return host.createJob(job.descriptor);
        }),
    });
    await engine.host().resubmitJob(record.id);
    await engine.until(record.id, "failed");
    await engine.drain();
    assert.equal(states.at(-1), "first");
    assert.deepEqual(jobs.at(-1)?.trace, ["step", "stop:failure", "finalize"]);
    assert.deepEqual(jobs[0]?.trace, ["finalize"]);
    // From now on it is known.
    assert.equal(store.records.get(record.id)?.canReset, false);
  });
});
