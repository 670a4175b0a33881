import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Gate } from "../../src/testing/index.ts";
import { openTestEngine } from "../support/engine-harness.ts";

describe("a job that is canceled before its reset", () => {
  it("has no reset due, until it is submitted again", async () => {
    await using engine = await openTestEngine();
    const { id, job } = await engine.run({ steps: ["failure"], reset: () => undefined });
    await engine.until(id, "failed");
    const gate = new Gate();
    await engine.run({ steps: [gate.before({ kind: "success" } as const)] }, { priority: 1 });
    await gate.reached;
    await engine.host().resubmitJob(id);
    // The harness checks after each call that no finished job has a reset due.
    await engine.host().cancelJob(id);
    assert.equal(engine.info(id).error?.code, "JOB_CANCELED");
    await engine.host().resubmitJob(id);
    gate.open();
    await engine.until(id, "succeeded");
    assert.equal(job.trace.filter((word) => word === "reset").length, 1);
  });
});
