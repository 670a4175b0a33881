import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { maxDetailsChars } from "../../src/core/limits.ts";
import { StepResult } from "../../src/sdk.ts";
import { openTestEngine } from "../support/engine-harness.ts";

void describe("the failure of a job", () => {
  void it("has the details that the step gave, and keeps them over a retry", async () => {
    await using engine = await openTestEngine();
    const details = { status: 503, hosts: ["a", null] };
    const failure = StepResult.failure("REMOTE_BUSY", "busy", { retryable: true, details });
    const { id } = await engine.run({ steps: [failure, failure] }, { maxAttempts: 2 });
    const expected = { code: "REMOTE_BUSY", message: "busy", details };
    assert.deepEqual((await engine.until(id, "retrying")).lastError, expected);
    await engine.advance(60_000);
    assert.deepEqual((await engine.until(id, "failed")).error, expected);
    details.hosts.push("changed later");
    assert.deepEqual(engine.info(id).error?.details, { status: 503, hosts: ["a", null] });
  });

  void it("has those of an error that was thrown", async () => {
    await using engine = await openTestEngine();
    const { id } = await engine.run({ steps: [throwWithDetails] });
    const { error } = await engine.until(id, "failed");
    assert.deepEqual(error, { code: "STEP_THREW", message: "no", details: [1] });
  });

  void it("says so if the details are too large or no JSON, and stays the failure it was", async () => {
    await using engine = await openTestEngine({ slots: 2 });
    const cases = {
      "this is not JSON": 1n,
      [`${maxDetailsChars + 1} characters of JSON, more than ${maxDetailsChars}`]: "x".repeat(
        maxDetailsChars - 1,
      ),
    };
    for (const [note, details] of Object.entries(cases)) {
      const failure = StepResult.failure("OWN", "own", { details: details as string });
      const { id } = await engine.run({ steps: [failure] });
      const { error } = await engine.until(id, "failed");
      assert.deepEqual(error, { code: "OWN", message: "own", details: { Omitted: note } });
    }
  });
});

function throwWithDetails(): never {
  throw Object.assign(new Error("no"), { details: [1] });
}
