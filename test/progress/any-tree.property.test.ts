import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import type { Aggregator, Observer } from "../../src/progress.ts";
import { Lab } from "./support/lab.ts";

type Tree =
  | { readonly kind: "leaf"; readonly weight: number; readonly total: number | null }
  | { readonly kind: "sum"; readonly weight: number; readonly parts: readonly Tree[] };

const weight = fc.double({ min: 0.01, max: 1_000, noNaN: true });

const total: fc.Arbitrary<number | null> = fc.option(
  fc.oneof(fc.nat(1_000), fc.double({ min: 0.001, max: 1e9, noNaN: true })),
);

const { tree } = fc.letrec<{ tree: Tree; sum: Tree; leaf: Tree }>((tie) => ({
  tree: fc.oneof({ maxDepth: 10, depthIdentifier: "levels" }, tie("leaf"), tie("sum")),
  leaf: fc.record({
    kind: fc.constant("leaf" as const),
    weight,
    total,
  }),
  sum: fc.record({
    kind: fc.constant("sum" as const),
    weight,
    parts: fc.array(tie("tree"), { minLength: 1, maxLength: 4, depthIdentifier: "levels" }),
  }),
}));

const trees = fc.record({
  kind: fc.constant("sum" as const),
  weight,
  parts: fc.array(tree, { minLength: 1, maxLength: 5 }),
});

/** A report of any leaf; what it says may be nonsense. */
const report = fc.record({
  leaf: fc.nat(),
  share: fc.oneof(fc.double({ min: -0.5, max: 2 }), fc.constant(Number.NaN)),
  resize: fc.option(fc.double({ min: 0.5, max: 3, noNaN: true }), { freq: 10 }),
  look: fc.boolean(),
});

interface Planted {
  readonly lab: Lab;
  readonly root: Aggregator;
  readonly sums: readonly Aggregator[];
  readonly leaves: readonly Observer[];
}

function plant(of: Extract<Tree, { kind: "sum" }>): Planted {
  const lab = new Lab();
  const root = lab.aggregator("root");
  const [sums, leaves]: [Aggregator[], Observer[]] = [[root], []];
  const grow = (above: Aggregator, parts: readonly Tree[]): void => {
    for (const part of parts) {
      if (part.kind === "leaf") {
        leaves.push(above.add(lab.observer("leaf", { total: part.total }), part.weight));
      } else {
        const sum = above.add(lab.aggregator("sum"), part.weight);
        sums.push(sum);
        grow(sum, part.parts);
      }
    }
  };
  grow(root, of.parts);
  void root.run();
  return { lab, root, sums, leaves };
}

const shown = ({ sums }: Planted): readonly number[] => sums.map(({ fraction }) => fraction ?? 0);

function checkGrown(before: readonly number[], now: readonly number[]): void {
  for (const [index, fraction] of now.entries()) {
    assert.ok(fraction >= 0 && fraction <= 1, `${fraction}`);
    assert.ok(fraction >= (before[index] ?? 0), `${before[index]} became ${fraction}`);
  }
}

describe("any tree", () => {
  it("stays within 0 and 1, never goes back, and is exactly whole when all is done", () => {
    const property = fc.property(trees, fc.array(report, { maxLength: 60 }), (of, reports) => {
      const planted = plant(of);
      const { lab, root, leaves } = planted;
      let before = shown(planted);
      for (const { leaf, share, resize, look } of reports) {
        const one = leaves[leaf % leaves.length];
        if (resize !== null) one?.setTotal((one.total ?? 10) * resize);
        one?.report(share * (one.total ?? 10));
        if (look) checkGrown(before, (before = shown(planted)));
        else lab.clock.advance(7);
      }
      checkGrown(before, shown(planted));
      for (const leaf of leaves) leaf.finish();
      assert.ok(planted.sums.every((sum) => sum.fraction === 1 && sum.done === sum.total));
      assert.equal(root.state, "finished");
    });
    fc.assert(property, { numRuns: 300 });
  });

  it("shows the same whatever order the same reports come in, looked at between them or not", () => {
    const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
      minLength: 1,
      maxLength: 40,
    });
    const property = fc.property(
      trees,
      values,
      fc.array(fc.nat(), { maxLength: 40 }),
      (of, shares, order) => {
        const [one, other] = [plant(of), plant(of)];
        const reports = shares.map((share, index) => ({ share, leaf: index % one.leaves.length }));
        for (const { share, leaf } of reports) {
          const at = one.leaves[leaf];
          at?.report(share * (at.total ?? 10));
        }
        const shuffled = reports
          .toSorted((a, b) => (order[a.leaf] ?? 0) - (order[b.leaf] ?? 0))
          .toReversed();
        for (const { share, leaf } of shuffled) {
          const at = other.leaves[leaf];
          at?.report(share * (at.total ?? 10));
          void other.root.snapshot();
        }
        assert.deepEqual(shown(one), shown(other));
        for (const leaf of [...one.leaves, ...other.leaves]) leaf.finish();
      },
    );
    fc.assert(property, { numRuns: 300 });
  });
});
