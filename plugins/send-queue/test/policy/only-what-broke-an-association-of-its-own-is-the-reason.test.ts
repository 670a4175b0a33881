import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { outcomeOf } from "../../src/destinations/outcome.ts";
import { failure, type Failure } from "../../src/policy/failure.ts";

const broken = failure("association", "transient", "A-ABORT", "");
const itsOwn = failure("instance", "transient", "0110", "");

/** What becomes of an instance on which one failure after the other is charged; null: it waits. */
function fateOf(failures: readonly Failure[]): readonly string[] {
  let item = { attempts: 0, isAlone: false };
  return failures.map((why) => {
    const given = { retriesMs: [0, 0, 0, 0, 0], now: 0 };
    const outcome = outcomeOf(item, { kind: "failed", failure: why }, given);
    if (outcome?.kind !== "retry") return outcome?.kind ?? "waits";
    item = { attempts: item.attempts + 1, isAlone: outcome.isAlone };
    return item.isAlone ? "goes alone" : "goes with others";
  });
}

describe("only what broke an association of its own is the reason", () => {
  it("two break on it among others, and the third time it is alone", () => {
    const fate = fateOf([broken, broken, broken]);
    assert.deepEqual(fate, ["goes with others", "goes alone", "failed"]);
  });

  it("whatever failed before, it goes alone before it is given up", () => {
    const fate = fateOf([itsOwn, itsOwn, broken, broken]);
    assert.deepEqual(fate, ["goes with others", "goes with others", "goes alone", "failed"]);
  });

  it("one that fails in turn for every reason comes to an end", () => {
    const fate = fateOf([broken, broken, itsOwn, broken, itsOwn, broken]);
    assert.deepEqual(fate.slice(-3), ["goes alone", "goes with others", "goes alone"]);
    assert.equal(fateOf([broken, broken, itsOwn, broken, itsOwn, broken, itsOwn]).at(-1), "failed");
  });
});
