import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JobDescriptor } from "../../src/ports/job.ts";
import type { ProgressSnapshot, ProgressTree } from "../../src/ports/progress.ts";
import { StepResult } from "../../src/sdk.ts";
import { openTestEngine } from "../support/engine-harness.ts";

const snapshot = {} as ProgressSnapshot;

/** A tree of the plugin's own. */
const tree: ProgressTree = {
  root: null,
  isShown: true,
  fraction: 0.5,
  snapshot: () => snapshot,
  logs: () => [],
  onLog: () => ({ [Symbol.dispose]: () => undefined }),
  watch: () => ({ [Symbol.dispose]: () => undefined }),
  begin: () => undefined,
  hold: () => undefined,
  stop: () => undefined,
  cancel: () => false,
};

const broken = (): never => {
  throw new Error("the tree is broken");
};

const trees: Readonly<Record<string, () => ProgressTree>> = {
  getTree: broken,
  ...Object.fromEntries(
    (["snapshot", "logs", "onLog", "watch", "begin", "stop"] as const).map((member) => [
      member,
      () => ({ ...tree, [member]: broken }),
    ]),
  ),
  isShown: () => Object.defineProperty({ ...tree }, "isShown", { get: broken }),
};

void describe("a tree that throws", () => {
  for (const [name, getTree] of Object.entries(trees)) {
    void it(`in ${name} is complained of once, and its job ends and is finalized`, async () => {
      await using engine = await openTestEngine();
      const trace: string[] = [];
      const job: JobDescriptor<null> = {
        type: "own",
        payload: null,
        step: () => StepResult.success,
        getTree,
        finalize: () => void trace.push("finalize"),
      };
      const host = engine.host();
      const id = await host.submitJob(host.createJob(job));
      await engine.until(id, "succeeded");
      await engine.drain();
      assert.deepEqual(trace, ["finalize"]);
      const complaints = engine.logged.filter((text) => text.includes("the tree is broken"));
      assert.equal(complaints.length, 1);
    });
  }

  void it("leaves the job a root of its own", async () => {
    await using engine = await openTestEngine();
    const host = engine.host();
    const job: JobDescriptor<null> = {
      type: "own",
      payload: null,
      step: (_own, { progress }) => StepResult.failure("PARTS", String(progress.parts.length)),
      getTree: broken,
    };
    const id = await host.submitJob(host.createJob(job));
    assert.equal((await engine.until(id, "failed")).error?.message, "0");
  });
});
