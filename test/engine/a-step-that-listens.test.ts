import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { StepResult } from "../../src/core/job-state.ts";
import type { JobRun } from "../../src/ports/job.ts";
import { openTestEngine } from "../support/engine-harness.ts";

void describe("a step that listens", () => {
  void it("sees the request, and its signal fires", async () => {
    await using engine = await openTestEngine();
    const seen: string[] = [];
    const listens = async (run: JobRun): Promise<StepResult> => {
      seen.push(run.shouldStop());
      await aborted(run.signal);
      seen.push(run.shouldStop());
      return { kind: "continue" };
    };
    const { id, job } = await engine.run({ steps: [listens] });
    await engine.until(id, "running");
    await engine.host().cancelJob(id);
    await engine.until(id, "failed");
    assert.deepEqual(seen, ["nothing", "cancel"]);
    assert.deepEqual(job.trace, ["step", "stop:canceled"]);
  });

  void it("continues if it rejects because of its signal", async () => {
    await using engine = await openTestEngine();
    const { id } = await engine.run({ steps: [obey] });
    await engine.until(id, "running");
    await engine.host().pauseJob(id);
    assert.equal((await engine.until(id, "paused")).error, null);
  });

  void it("fails if it throws an AbortError that nobody asked for", async () => {
    await using engine = await openTestEngine();
    const { id } = await engine.run({ steps: [abort] });
    assert.equal((await engine.until(id, "failed")).error?.code, "STEP_THREW");
  });
});

async function obey({ signal }: JobRun): Promise<never> {
  await aborted(signal);
  throw signal.reason;
}

function abort({ signal }: JobRun): never {
  signal.throwIfAborted();
  throw new DOMException("of its own accord", "AbortError");
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
}
