import assert from "node:assert/strict";
import { it } from "node:test";
import { Observer } from "../../src/progress.ts";
import { StepResult, type JobRun } from "../../src/sdk.ts";
import { LoopPayload } from "../../src/adapters/runners/loop-payload.ts";
import { Gate } from "../../src/testing/index.ts";
import { openTestEngine } from "../support/engine-harness.ts";

void it("a branch of a payload that is gone with its thread cannot be canceled", async (t) => {
  await using engine = await openTestEngine();
  const gate = new Gate();
  const step = async (_own: null, run: JobRun): Promise<StepResult> => {
    run.progress.add(new Observer("Part"));
    await gate.pass();
    return StepResult.success;
  };
  const host = engine.host();
  const id = await host.submitJob(host.createJob({ type: "lost", payload: null, step }));
  await gate.reached;
  const [part] = engine.engine.jobProgress(id).parts;
  // As that of a thread that has ended, of which the engine has not heard yet.
  const prototype = LoopPayload.prototype as { readonly isLost?: boolean };
  Object.defineProperty(prototype, "isLost", { value: true, configurable: true });
  t.after(() => Reflect.deleteProperty(prototype, "isLost"));
  await assert.rejects(engine.engine.cancelBranch(id, part?.id ?? ""), { code: "WRONG_STATE" });
  Reflect.deleteProperty(prototype, "isLost");
  await engine.engine.cancelBranch(id, part?.id ?? "");
  gate.open();
  await engine.until(id, "succeeded");
});
