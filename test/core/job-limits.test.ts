import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LimitTable } from "../../src/core/job-limits.ts";

void describe("a limit", () => {
  const table = new LimitTable({
    perType: { send: 2, free: 0 },
    perKey: { "*": 9, "modality:*": 1, "modality:PACS*": 2, "modality:PACS1": 4, "modality:X": 0 },
  });

  void it("is found by the name of the type", () => {
    assert.deepEqual(
      ["send", "free", "other", "constructor"].map((type) => table.ofType(type)),
      [2, null, null, null],
    );
  });

  void it("is found by the exact key, else by the longest beginning", () => {
    const found = {
      "modality:PACS1": 4,
      "modality:PACS2": 2,
      "modality:": 1,
      "modality:X": null,
      "modality:X2": 1,
      other: 9,
    };
    for (const [key, limit] of Object.entries(found)) assert.equal(table.ofKey(key), limit, key);
  });

  void it("is there for nobody who is not named", () => {
    const few = new LimitTable({ perType: {}, perKey: { a: 1 } });
    assert.deepEqual([few.ofType("a"), few.ofKey("b"), few.ofKey("a*")], [null, null, null]);
  });
});
