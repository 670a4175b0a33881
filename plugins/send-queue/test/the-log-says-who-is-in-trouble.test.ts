import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { closedBreaker, failed, type Breaker } from "../src/policy/breaker.ts";
import { failure } from "../src/policy/failure.ts";
import { Troubles } from "../src/upkeep/troubles.ts";

const backOff = { firstMs: 5_000, factor: 1, capMs: 5_000, jitter: 0 };
const away = failure("destination", "transient", "ECONNREFUSED", "The peer cannot be reached.");
const wrong = failure("destination", "configuration", "rejected 1/1/7", "It is called otherwise.");

describe("the log says who is in trouble", () => {
  it("once for each trouble, and when it is over", () => {
    const lines: string[] = [];
    const pacs: { target: { name: string }; breaker: Breaker } = {
      target: { name: "pacs" },
      breaker: closedBreaker,
    };
    const troubles = new Troubles([pacs], (level, text) => lines.push(`${level}: ${text}`));
    const fail = (why: typeof away, now: number): void => {
      pacs.breaker = failed(pacs.breaker, why, { now, random: 0, backOff });
      troubles.tell(now);
    };
    troubles.tell(0);
    fail(away, 1_000);
    fail(away, 6_000);
    fail(wrong, 11_000);
    pacs.breaker = closedBreaker;
    troubles.tell(21_000);
    troubles.tell(22_000);
    assert.deepEqual(lines, [
      "warning: Nothing is sent to pacs: The peer cannot be reached. (ECONNREFUSED) Next try: 1970-01-01T00:00:06.000Z",
      "warning: Nothing is sent to pacs: It is called otherwise. (rejected 1/1/7) Next try: 1970-01-01T00:15:11.000Z",
      "info: pacs is sent to again, after 20 s.",
    ]);
  });
});
