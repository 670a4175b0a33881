// How many TypeScript one-step jobs a second, saved in SQLite?
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { Job, StepResult, openHost } from "../src/index.ts";
import {
  interleave,
  type Extent,
  type Figure,
  type Instrument,
  type Pair,
} from "./support/compare.ts";
import { countDown, rateSince } from "./support/count-down.ts";
import { openPlainjob, type Plainjob } from "./support/plainjob.ts";
import { makeScratch, type Scratch } from "./support/scratch.ts";

/** Ours has two slots by default; the peer gets as many workers. */
const concurrency = 2;
/** With two flushes a job the peer may take minutes for 10,000, as the disk is. */
const durabilities = [
  { durability: "full", synchronous: "FULL", sizes: [1_000] },
  { durability: "process", synchronous: "NORMAL", sizes: [1_000, 10_000, 100_000] },
] as const;
type Durability = (typeof durabilities)[number];

/** All at once; or each when the one before is safe. */
const ways = [
  { way: "at once", largest: Infinity },
  { way: "one by one", largest: 10_000 },
] as const;
type Way = (typeof ways)[number]["way"];

/** Yields the figures for each size and durability, with both ways to submit. */
export async function* tsDurableJobs({ runs, largest }: Extent): AsyncGenerator<Figure> {
  await using scratch = await makeScratch();
  for (const durability of durabilities) {
    for (const n of durability.sizes.filter((size) => size <= largest)) {
      const some = ways.filter((one) => n <= one.largest).map(({ way }) => way);
      const instruments = some.flatMap((way) => [
        baton(scratch, durability, way),
        plainjob(scratch, durability, way),
      ]);
      yield* await interleave({ n, runs }, instruments, pairsOf(durability, some));
    }
  }
}

const ours = ({ durability }: Durability, way: Way): string =>
  `ts-durable-jobs ${durability} ${way}`;
const theirs = (way: Way): string => `plainjob ${way}`;

/** At once stands beside both ways of the peer, of which the one is a transaction for all. */
const pairsOf = (durability: Durability, some: readonly Way[]): readonly Pair[] =>
  some.flatMap((way) =>
    some
      .filter((other) => other === way || way === "at once")
      .map((other) => ({ ours: ours(durability, way), peer: theirs(other), unit: "jobs/s" })),
  );

class OneStep extends Job {
  readonly type = "one-step";
  readonly #number: number;
  readonly #finalized: () => void;

  constructor(number: number, finalized: () => void) {
    super();
    this.#number = number;
    this.#finalized = finalized;
  }

  step(): StepResult {
    return StepResult.success;
  }

  override getSerialized(): { readonly number: number } {
    return { number: this.#number };
  }

  override finalize(): void {
    this.#finalized();
  }
}

/** From the first submit until the last job is finalized; opening and closing are not counted. */
function baton(scratch: Scratch, durability: Durability, way: Way): Instrument {
  return async (n) => {
    const path = await newDatabase(scratch);
    const store = { kind: "sqlite", path, durability: durability.durability } as const;
    await using host = await openHost({ store, concurrentJobs: concurrency, limitJobs: 0 });
    const all = countDown(n);
    const began = performance.now();
    for (let job = 0; job < n; job++) {
      const submitted = host.submit(new OneStep(job, all.one));
      // One by one is what is measured.
      if (way === "one by one") await submitted;
    }
    await all.done;
    return { [ours(durability, way)]: rateSince(n, began) };
  };
}

/**
 * From the first add until the last job is done. Its workers give the event loop no turn while there
 * is work, so they begin when all jobs are there.
 */
function plainjob(scratch: Scratch, { synchronous }: Durability, way: Way): Instrument {
  return async (n) => {
    using peer = await openPlainjob(await newDatabase(scratch), synchronous);
    if (peer === null) return {};
    const numbers = Array.from({ length: n }, (_, number) => ({ number }));
    const began = performance.now();
    if (way === "at once") peer.queue.addMany(type, numbers);
    else for (const data of numbers) peer.queue.add(type, data);
    await work(peer, n);
    return { [theirs(way)]: rateSince(n, began) };
  };
}

const type = "one-step";

/** Resolves when `n` jobs are done. */
async function work({ module, queue }: Plainjob, n: number): Promise<void> {
  const all = countDown(n);
  const logger = console;
  const options = { queue, logger: { ...logger, info: ignore, debug: ignore } };
  const workers = Array.from({ length: concurrency }, () =>
    module.defineWorker(type, ignore, { ...options, onCompleted: all.one }),
  );
  const working = workers.map((worker) => worker.start());
  await all.done;
  await Promise.all(workers.map((worker) => worker.stop()));
  await Promise.all(working);
}

async function newDatabase({ folder }: Scratch): Promise<string> {
  return join(await mkdtemp(join(folder, "database-")), "jobs.db");
}

function ignore(): void {}
