import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readStoreRequest } from "../src/routes/store-request.ts";
import { readTimestamp, timestamp } from "../src/timestamp.ts";

const at = Date.parse("2026-11-21T19:04:48.561Z");

describe("times are written as Orthanc does", () => {
  it("in UTC, with six digits of the second", () => {
    assert.equal(timestamp(at), "20261121T190448.561000");
  });

  it("and are read again, as those of ISO 8601 that say their zone", () => {
    for (const text of ["20261121T190448.561000", "2026-11-21T20:04:48.561+01:00"]) {
      assert.equal(readTimestamp(text), at, text);
    }
    for (const text of ["20261321T190448", "2026-11-21T19:04:48", "tomorrow", ""]) {
      assert.equal(readTimestamp(text), null, text);
    }
  });

  it("also that of a store which is to wait", () => {
    const body = { Resources: ["x"], NotBefore: timestamp(at) };
    const read = readStoreRequest(Buffer.from(JSON.stringify(body)));
    assert.ok("request" in read);
    assert.equal(read.request.notBefore, at);
  });
});
