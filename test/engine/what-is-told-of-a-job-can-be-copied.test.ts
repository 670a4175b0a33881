import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { jobInfo } from "../../src/engine/job-info.ts";
import { recordOf } from "../support/records.ts";

const told = { waitsForType: false, detached: false, remainingMs: null };

void describe("what is told of a job", () => {
  void it("has its content and user data in a copy, too", () => {
    const record = recordOf(1, { content: '{"done":3}', userData: '["a"]' });
    const { content, userData } = { ...jobInfo(record, told) };
    assert.deepEqual({ content, userData }, { content: { done: 3 }, userData: ["a"] });
  });

  void it("has empty content and no user data, if it shows nothing", () => {
    const { content, userData } = { ...jobInfo(recordOf(1), told) };
    assert.deepEqual({ content, userData }, { content: {}, userData: null });
  });

  void it("cannot be changed for others by whoever reads it", () => {
    const job = jobInfo(recordOf(1, { content: '{"done":3}' }), told);
    Object.assign(job.content, { done: 4 });
    assert.deepEqual(job.content, { done: 3 });
    const { content } = jobInfo(recordOf(2), told);
    assert.throws(() => Object.assign(content, { done: 4 }), TypeError);
  });
});
