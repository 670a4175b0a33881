import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JsonObject, JsonValue } from "../../src/ports/job.ts";
import { openTestEngine } from "../support/engine-harness.ts";

/** An object of so many levels, itself included. */
function nested(levels: number): JsonObject {
  let value: JsonValue = [1, "[".repeat(200)];
  for (let level = 2; level < levels; level += 1) value = [value];
  return { value };
}

void describe("JSON that is nested too deep to be shown", () => {
  void it("is refused as content", async () => {
    await using engine = await openTestEngine();
    await assert.rejects(engine.run({ getContent: () => nested(65) }), {
      code: "BAD_STATE_DATA",
      message: /more than 64 levels/,
    });
    const { id } = await engine.run({ getContent: () => nested(64) });
    await engine.until(id, "succeeded");
    assert.deepEqual(engine.info(id).content, nested(64));
  });

  void it("is refused as user data", async () => {
    await using engine = await openTestEngine();
    await assert.rejects(engine.run({}, { userData: nested(65) }), { code: "INVALID_ARGUMENT" });
    const { id } = await engine.run({}, { userData: nested(64) });
    assert.deepEqual(engine.info(id).userData, nested(64));
  });
});
