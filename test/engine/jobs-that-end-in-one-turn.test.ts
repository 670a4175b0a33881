import assert from "node:assert/strict";
import { it } from "node:test";
import type { StepResult } from "../../src/core/job-state.ts";
import type { JobRun } from "../../src/ports/job.ts";
import { openTestEngine } from "../support/engine-harness.ts";

const untilAsked = async ({ signal }: JobRun): Promise<StepResult> => {
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
  return { kind: "continue" };
};

it("jobs that are canceled in one turn end in that order, whether their steps have a time-out or not", async () => {
  await using engine = await openTestEngine({ slots: 3 });
  const ids: string[] = [];
  for (const stepTimeoutMs of [1_000, 0, 1_000]) {
    const { id } = await engine.run({ steps: [untilAsked] }, { stepTimeoutMs });
    await engine.until(id, "running");
    ids.push(id);
  }
  const ended: string[] = [];
  engine.engine.observe((event) => {
    if (event.kind === "changed" && event.job.state === "failed") ended.push(event.job.id);
  });
  await Promise.all(ids.map((id) => engine.engine.cancelJob(id)));
  await Promise.all(ids.map((id) => engine.until(id, "failed")));
  assert.deepEqual(ended, ids);
});
