// How many TypeScript one-step jobs a second, memory store?
import { Job, StepResult, openHost } from "../src/index.ts";
import { compare, type Contender, type Extent, type Figure, type Peer } from "./support/compare.ts";
import { countDown, rateSince } from "./support/count-down.ts";

const priorities = 10;
/** Ours has two slots by default; the peers get as many. */
const concurrency = 2;
const sizes = [1_000, 10_000, 100_000];

/** Yields the figures for each size, one for each peer. */
export async function* tsJobs({ runs, largest }: Extent): AsyncGenerator<Figure> {
  const peers = [await pQueue(), await fastq()];
  // Until everything is compiled.
  await compare({ unit: "jobs/s", n: 10_000, runs: 2 }, [baton], peers);
  for (const n of sizes.filter((size) => size <= largest)) {
    yield* await compare({ unit: "jobs/s", n, runs }, [baton], peers);
  }
}

class OneStep extends Job {
  readonly type = "one-step";
  readonly #finalized: () => void;

  constructor(finalized: () => void) {
    super();
    this.#finalized = finalized;
  }

  step(): StepResult {
    return StepResult.success;
  }

  override finalize(): void {
    this.#finalized();
  }
}

/** From the first submit until the last job is finalized; opening and closing are not counted. */
const baton: Contender = {
  name: "ts-jobs",
  async rate(n) {
    await using host = await openHost({ concurrentJobs: concurrency, limitJobs: 0 });
    const all = countDown(n);
    const began = performance.now();
    for (let job = 0; job < n; job++) {
      void host.submit(new OneStep(all.one), { priority: job % priorities });
    }
    await all.done;
    return rateSince(n, began);
  },
};

/** With the same ten priorities: every task is put at its place among those that wait. */
async function pQueue(): Promise<Peer> {
  const name = "p-queue";
  const module = await import("p-queue").catch(() => null);
  if (module === null) return { name, rate: null };
  const { default: Queue } = module;
  return {
    name,
    async rate(n) {
      const queue = new Queue({ concurrency });
      const all = countDown(n);
      const began = performance.now();
      for (let job = 0; job < n; job++) {
        void queue.add(() => all.one(), { priority: job % priorities });
      }
      await all.done;
      return rateSince(n, began);
    },
  };
}

/** First in, first out: it has no priorities. */
async function fastq(): Promise<Peer> {
  const name = "fastq";
  const module = await import("fastq").catch(() => null);
  if (module === null) return { name, rate: null };
  const { default: create } = module;
  return {
    name,
    async rate(n) {
      const all = countDown(n);
      const queue = create.promise(async () => all.one(), concurrency);
      const began = performance.now();
      for (let job = 0; job < n; job++) void queue.push(job);
      await all.done;
      return rateSince(n, began);
    },
  };
}
