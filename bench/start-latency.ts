// How long does a job that is submitted to an idle host wait for its first step?
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { Job, StepResult, openHost, type Host, type HostOptions } from "../src/index.ts";
import {
  interleave,
  type Extent,
  type Figure,
  type Instrument,
  type Rates,
} from "./support/compare.ts";
import { besideFlushes, FlushedFile } from "./support/flush.ts";
import { pairOfMs, percentileRates, rateOfMs, ratesOfSamples } from "./support/latency.ts";
import { startOrthanc, type Orthanc } from "./support/orthanc.ts";
import { post, requireAddon } from "./support/plugin-clock.ts";
import { buildPlugin, makeScratch, type Scratch } from "./support/scratch.ts";

/** How long everything is idle before each submit; the plugins have the same. */
const idleMs = 2;

const memoryLimit = "limit 0.1 ms";
const flushLimit = (name: string): string => `flush + 0.2 ms (${name})`;
const overheadMs = 0.2;

/** By how a job is kept. */
const stores = ["memory", "full", "process"] as const;
type Kept = (typeof stores)[number];

/** Yields the figures for native jobs and jobs in TypeScript, in memory and saved. */
export async function* startLatency({ runs, largest }: Extent): AsyncGenerator<Figure> {
  requireAddon();
  await using scratch = await makeScratch();
  const plugin = await buildPlugin(scratch, "start-latency.c");
  const source = "orthanc-latency.c";
  await using orthanc = await startOrthanc(scratch, { source, concurrency: 2 });
  using file = new FlushedFile(scratch);
  const samples = Math.min(largest / 10, 500);
  const beside = (work: Instrument, language: Language, kept: Kept): Instrument =>
    kept === "memory"
      ? work
      : besideFlushes(file, work, limitOf(language, kept), (ms) => rateOfMs(ms + overheadMs));
  const instruments = [
    ...stores.map((kept) => beside(native({ plugin, scratch }, kept), "native", kept)),
    ...stores.map((kept) => beside(typescript(scratch, kept), "ts", kept)),
    orthancInstrument(orthanc),
    (): Promise<Rates> => Promise.resolve({ [memoryLimit]: rateOfMs(0.1) }),
  ];
  yield* await interleave({ n: samples, runs }, instruments, pairs);
}

const languages = ["native", "ts"] as const;
type Language = (typeof languages)[number];

const nameOf = (language: Language, kept: Kept): string => `start-latency ${language} ${kept}`;

const limitOf = (language: Language, kept: Kept): string =>
  kept === "memory" ? memoryLimit : flushLimit(`${language} ${kept}`);

const pairs = languages.flatMap((language) =>
  stores.flatMap((kept) => {
    const name = nameOf(language, kept);
    return [
      pairOfMs(`${name}, p50`, limitOf(language, kept)),
      pairOfMs(`${name}, p50`, "Orthanc, p50"),
      pairOfMs(`${name}, p99`, "Orthanc, p99"),
    ];
  }),
);

interface Place {
  readonly plugin: string;
  readonly scratch: Scratch;
}

/** The plugin takes the time itself. */
function native({ plugin, scratch }: Place, kept: Kept): Instrument {
  return async (n) => {
    const options = { store: await storeOf(scratch, kept), plugins: [plugin], http: { port: 0 } };
    await using host = await openHost(options);
    return percentileRates(nameOf("native", kept), await post(`${host.url}/start-latency/${n}`));
  };
}

function typescript(scratch: Scratch, kept: Kept): Instrument {
  return async (n) => {
    await using host = await openHost({ store: await storeOf(scratch, kept) });
    const samples: number[] = [];
    for (let sample = 0; sample < n; sample++) {
      // One at a time: the host is to be idle.
      await setTimeout(idleMs);
      samples.push(await millisecondsToStart(host));
    }
    return ratesOfSamples(nameOf("ts", kept), samples);
  };
}

/** Resolves when the job has ended and nothing is left to do. */
async function millisecondsToStart(host: Host): Promise<number> {
  const job = new OneStep();
  const called = performance.now();
  await host.submit(job);
  await job.finalized;
  return job.steppedAt - called;
}

class OneStep extends Job {
  readonly type = "one-step";
  steppedAt = Number.NaN;
  readonly finalized: Promise<void>;
  readonly #finalize: () => void;

  constructor() {
    super();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.finalized = promise;
    this.#finalize = resolve;
  }

  step(): StepResult {
    this.steppedAt = performance.now();
    return StepResult.success;
  }

  override getSerialized(): Record<string, never> {
    return {};
  }

  override finalize(): void {
    this.#finalize();
  }
}

/** A database of its own each time. */
async function storeOf(scratch: Scratch, kept: Kept): Promise<NonNullable<HostOptions["store"]>> {
  if (kept === "memory") return { kind: "memory" };
  const folder = await mkdtemp(join(scratch.folder, "database-"));
  return { kind: "sqlite", path: join(folder, "jobs.db"), durability: kept };
}

function orthancInstrument(orthanc: Orthanc | null): Instrument {
  return async (n) =>
    orthanc === null ? {} : percentileRates("Orthanc", await orthanc.ask(`start ${n}`));
}
