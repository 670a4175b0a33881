// What does one report through three levels cost, how often are events told, how long is a big tree drawn?
import { EventEmitter } from "node:events";
import { setImmediate as rest } from "node:timers/promises";
import { Aggregator, Observer, Task, renderTree } from "../src/progress.ts";
import { compare, type Contender, type Extent, type Figure } from "./support/compare.ts";

const levels = 3;
const sizes = [1_000, 10_000, 1_000_000, 10_000_000];
/** Now and then the loop has its turn, as in any real work: that is when news go out. */
const restEvery = 100_000;
const treeSize = 10_000;
/** The second half of them counts, by its median: until then it is compiled. */
const rounds = 60;

/** Yields what a report costs, then what is told and drawn. */
export async function* progress({ runs, largest }: Extent): AsyncGenerator<Figure> {
  const peers = [goal("100 ns", 1e7), emitters];
  await compare({ unit: "ns", n: 1_000_000, runs: 2 }, [reports], peers);
  for (const n of sizes.filter((size) => size <= largest)) {
    yield* await compare({ unit: "ns", n, runs, shown: nanoseconds }, [reports], peers);
  }
  // The longer between two events, the better: what is compared is milliseconds.
  yield* await compare({ unit: "ms", n: 1, runs }, [events], [goal("40 ms", 40)]);
  const drawings = [drawing("progress draw, wide", 1), drawing("progress draw, deep", 10)];
  const draw = { unit: "ms", n: treeSize, runs, shown: milliseconds };
  yield* await compare(draw, drawings, [goal("16 ms", 1e3 / 16)]);
}

const nanoseconds = (perSecond: number): number => 1e9 / perSecond;

const milliseconds = (perSecond: number): number => 1e3 / perSecond;

/** What was promised, as if somebody did just that. */
const goal = (name: string, rate: number): Contender => ({ name, rate: async () => rate });

/** Reports to an observer below three aggregators, to the first of which somebody listens. */
const reports: Contender = {
  name: "progress report",
  async rate(n) {
    const { root, observer } = chain(n + 1);
    root.on("done", () => undefined);
    const began = performance.now();
    for (let done = 1; done <= n; done++) {
      observer.report(done);
      if (done % restEvery === 0) await rest();
    }
    const ms = performance.now() - began;
    observer.finish();
    await root.settled;
    return (n * 1e3) / ms;
  },
};

/** The milliseconds from one event to the next, in a second of reports. */
const events: Contender = {
  name: "progress events",
  async rate() {
    const { root, observer } = chain(1e9);
    const told: number[] = [];
    root.on("done", () => told.push(performance.now()));
    const began = performance.now();
    // What is reported is the time, so that it is not done before, however fast this machine is.
    for (let report = 1, ms = 0; ms < 1_000; report++, ms = performance.now() - began) {
      observer.report(ms * 1e6);
      if (report % 1_000 === 0) await rest();
    }
    observer.finish();
    await root.settled;
    // The last one is told by the end.
    const last = told.at(-2) ?? Number.NaN;
    return (last - (told[0] ?? Number.NaN)) / (told.length - 2);
  },
};

function chain(total: number): { readonly root: Aggregator; readonly observer: Observer } {
  const root = new Aggregator("level 0");
  let above = root;
  for (let level = 1; level < levels; level++) above = above.add(new Aggregator(`level ${level}`));
  // So much that each step is a whole unit of the root.
  const observer = above.add(new Observer("leaf", { total }), 1e6);
  void root.run();
  return { root, observer };
}

/** The same arithmetic, but every report is told at once, level by level: what our model does. */
const emitters: Contender = {
  name: "event a report",
  async rate(n) {
    const all = Array.from({ length: levels + 1 }, () => new EventEmitter());
    const shares = all.map(() => 0);
    for (const [level, emitter] of all.entries()) {
      emitter.on("done", (share: number) => {
        shares[level] = share;
        all[level - 1]?.emit("done", share);
      });
    }
    const began = performance.now();
    for (let done = 1; done <= n; done++) {
      all[levels]?.emit("done", done / n);
      if (done % restEvery === 0) await rest();
    }
    return (n * 1e3) / (performance.now() - began);
  },
};

/** A tree of ten thousand, looked at and drawn for a terminal of 50 lines, a report between. */
const drawing = (name: string, depth: number): Contender => ({
  name,
  async rate() {
    const all = new Aggregator("all", { concurrency: 3 });
    const leaves: Observer[] = [];
    const branches = Math.ceil(treeSize / (100 * depth));
    for (let branch = 0; branch < branches; branch++) {
      let above: Aggregator = all;
      for (let level = 0; level < depth; level++) {
        above = above.add(new Aggregator(`branch ${branch}.${level}`));
        for (let leaf = 0; leaf < 99; leaf++) above.add(new Task(`leaf ${leaf}`, () => undefined));
      }
      leaves.push(above.add(new Observer("busy", { total: null })));
    }
    void all.run();
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      leaves[round % leaves.length]?.advance();
      const began = performance.now();
      renderTree(all.snapshot(), { columns: 120, rows: 50, color: true });
      times.push(performance.now() - began);
    }
    for (const leaf of leaves) leaf.finish();
    await all.settled;
    const settled = times.slice(rounds / 2).toSorted((a, b) => a - b);
    return 1e3 / (settled[Math.floor(settled.length / 2)] ?? Number.NaN);
  },
});
