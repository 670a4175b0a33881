import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Lab } from "./support/lab.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Collects until it has been warned, or for long enough that nobody would be. */
async function collect(lab: Lab): Promise<void> {
  for (let round = 0; round < 20 && lab.warnings.length === 0; round++) {
    collectGarbage();
    await lab.clock.yield();
  }
}

// N22.
describe("an observer that nobody holds any more", () => {
  it("is warned of by its name, also while its callback and its listeners are held", async () => {
    const lab = new Lab();
    const { signal } = new AbortController();
    const callback = ((): ((done: number) => void) => {
      const observer = lab.observer("lost", { signal });
      observer.on("done", () => undefined);
      return observer.callback();
    })();
    await collect(lab);
    assert.deepEqual(lab.warned, ["lost: OBSERVER_LOST"]);
    callback(7);
  });

  it("is not warned of if it has ended, or is a part of something that is held", async () => {
    const lab = new Lab();
    const all = lab.aggregator("all");
    (() => {
      lab.observer("ended").finish();
      lab.observer("failed").fail(new Error("no"));
      all.add(lab.observer("part"));
    })();
    await collect(lab);
    assert.deepEqual(lab.warned, []);
    assert.equal(all.parts.length, 1);
  });
});
