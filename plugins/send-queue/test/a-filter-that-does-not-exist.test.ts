import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readBodyFilter, readQueryFilter } from "../src/routes/read-filter.ts";

const names = "there are State, Destination, Request, Study, Failure, Since, Limit, To.";

describe("a filter that does not exist", () => {
  it("is refused by its name: what was meant to be a few must not become all", () => {
    assert.deepEqual(readBodyFilter(Buffer.from('{"Dest": "pacs"}')), {
      invalid: `The filter "Dest" is unknown; ${names}`,
    });
    assert.deepEqual(readQueryFilter(new URLSearchParams("dest=pacs")), {
      invalid: `The filter "Dest" is unknown; ${names}`,
    });
  });

  it("is told from one whose value is wrong", () => {
    const read = readQueryFilter(new URLSearchParams("limit=many"));
    assert.match("invalid" in read ? read.invalid : "", /^The filter "Limit" must be integer;/);
  });
});
