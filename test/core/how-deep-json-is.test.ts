import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readJobRequest } from "../../src/core/job-request.ts";
import { depthOf, maxRequestDepth } from "../../src/core/json.ts";

const read = (text: string): unknown =>
  readJobRequest({ body: Buffer.from(text), query: new URLSearchParams() });

const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);

describe("the depth of a JSON text", () => {
  it("counts what is nested, and nothing inside of strings", () => {
    assert.equal(depthOf(nested(100)), 100);
    assert.equal(depthOf(`[{"a":[1,2]},"${'[{\\\\\\"'.repeat(50)}",[${nested(3)}]]`), 5);
  });

  it("is found whatever the length of its strings", () => {
    assert.equal(depthOf(`["${"a".repeat(16_000_000)}"]`), 1);
  });
});

describe("a request that makes a job", () => {
  it("may be nested as deep as the documentation says", () => {
    assert.ok(read(`{"Content":${nested(maxRequestDepth - 1)}}`));
  });

  for (const field of ["Synchronous", "Priority", "Content"]) {
    it(`is refused when ${field} is nested deeper`, () => {
      assert.throws(() => read(`{"${field}":${nested(5_000)}}`), {
        code: "INVALID_ARGUMENT",
        message: /nested more than 128 levels deep/,
      });
    });
  }
});
