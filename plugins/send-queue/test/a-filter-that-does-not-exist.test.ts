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
    const limit = readQueryFilter(new URLSearchParams("limit=many"));
    assert.match("invalid" in limit ? limit.invalid : "", /^The filter "Limit" must be integer;/);
  });

  it("and may stand below its name, alone, where nothing else of it is taken", () => {
    assert.deepEqual(read('{"Filter": {"Destination": "pacs"}}'), read('{"Destination": "pacs"}'));
    assert.deepEqual(read('{"Filter": {"Dest": "pacs"}}'), read('{"Dest": "pacs"}'));
    const both = read(`{"Filter": {}, "Study": "x"}`);
    assert.deepEqual(both, { invalid: `The filter "Filter" is unknown; ${names}` });
  });
});

const read = (text: string): unknown => readBodyFilter(Buffer.from(text));
