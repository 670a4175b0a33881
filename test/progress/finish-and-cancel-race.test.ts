import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ProgressNode, State } from "../../src/progress.ts";
import { Lab } from "./support/lab.ts";

interface Told {
  readonly states: readonly State[];
  readonly cancels: number;
  readonly settled: readonly string[];
}

/** Listens to everything that may come once only. */
function listen(node: ProgressNode): () => Told {
  const states: State[] = [];
  const settled: string[] = [];
  let cancels = 0;
  node.on("state", (state) => states.push(state));
  node.on("cancel", () => (cancels += 1));
  void node.settled.then(({ state }) => settled.push(state));
  return () => ({ states, cancels, settled });
}

/** What may be told of an observer, with how it ended. */
const endings: readonly Told[] = [
  { states: ["finished"], cancels: 0, settled: ["finished"] },
  { states: ["failed"], cancels: 0, settled: ["failed"] },
  { states: ["canceling", "canceled"], cancels: 1, settled: ["canceled"] },
];

// N24. Each does what it does after some microtasks or turns of the loop: who is first differs.
describe("two thousand observers that are finished, failed and canceled at the same time", () => {
  it("end once each, are told of once, and throw nothing", async () => {
    const lab = new Lab();
    const all = lab.aggregator("all", { onFailure: "continue" });
    const seen = new Map<string, number>();
    const races = Array.from({ length: 2_000 }, async (_, race) => {
      const observer = all.add(lab.observer(`${race}`));
      const told = listen(observer);
      const acts = [
        () => observer.finish(),
        () => observer.cancel("race"),
        () => (race % 3 === 0 ? observer.fail(new Error("race")) : observer.finish()),
        () => observer.cancel("again"),
        () => observer.report(race % 120),
      ];
      await Promise.all(
        acts.map(async (act, index) => {
          for (let turn = 0; turn < (race * (index + 3)) % 7; turn++) {
            await (turn % 2 === 0 ? Promise.resolve() : lab.clock.yield());
          }
          act();
        }),
      );
      await observer.settled;
      await Promise.resolve();
      const story = told();
      assert.ok(
        endings.some((ending) => isSame(ending, story)),
        JSON.stringify(story),
      );
      seen.set(observer.state, (seen.get(observer.state) ?? 0) + 1);
    });
    void all.run().catch(() => undefined);
    await Promise.all(races);
    await all.settled;
    assert.deepEqual([...seen.keys()].toSorted(), ["canceled", "failed", "finished"]);
    assert.equal(all.state, "failed");
  });

  it("inside of an aggregator that is canceled meanwhile leave it with one end", async () => {
    const lab = new Lab();
    const ends = await Promise.all(
      Array.from({ length: 500 }, async (_, race) => {
        const all = lab.aggregator("all");
        const parts = [all.add(lab.observer("a")), all.add(lab.observer("b"))];
        const told = listen(all);
        void all.run().catch(() => undefined);
        const finish = async (): Promise<void> => {
          for (let turn = 0; turn < race % 3; turn++) await Promise.resolve();
          for (const part of parts) part.finish();
        };
        const cancel = async (): Promise<void> => {
          for (let turn = 0; turn < race % 5; turn++) await Promise.resolve();
          all.cancel();
        };
        await Promise.all([finish(), cancel()]);
        await all.settled;
        return told().states.join(" ");
      }),
    );
    const stories = [...new Set(ends)].toSorted();
    assert.deepEqual(stories, ["running canceling canceled", "running finished"]);
  });
});

const isSame = (one: Told, other: Told): boolean => JSON.stringify(one) === JSON.stringify(other);
