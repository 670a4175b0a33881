// What does it cost that many jobs wait: to submit, to claim, to cancel, to list, and in memory?
import { Job, StepResult, openHost, type Host } from "../src/index.ts";
import {
  interleave,
  type Extent,
  type Figure,
  type Instrument,
  type Pair,
  type Rates,
} from "./support/compare.ts";
import { countDown, rateSince } from "./support/count-down.ts";
import { usedHeap } from "./support/heap.ts";
import { startOrthanc, type Orthanc } from "./support/orthanc.ts";
import { perSecond, post, requireAddon } from "./support/plugin-clock.ts";
import { buildPlugin, makeScratch } from "./support/scratch.ts";

const priorities = 10;
/** As in waiting.h, as the two that follow. */
const slots = 2;
const topPriority = 100;
const mostCanceled = 1_000;
/** With many pending Orthanc looks through all of them for each. */
const fewCanceled = { from: 100_000, count: 20 };

/**
 * With a million p-queue would take an hour: it finds the place of a task by moving all behind. And all
 * others take minutes, so that they have one run of it.
 */
const sizes = [
  { n: 1_000, withPQueue: true, mostRuns: Infinity },
  { n: 10_000, withPQueue: true, mostRuns: Infinity },
  { n: 100_000, withPQueue: true, mostRuns: Infinity },
  { n: 1_000_000, withPQueue: false, mostRuns: 1 },
];
/** The rates that are the limit for those of larger sizes. */
const smallest = 1_000;
/** With fewer what is measured of memory is what else happens in the process. */
const enoughToWeigh = 10_000;

/** Yields the figures for each size, of native jobs and jobs in TypeScript. */
export async function* pending({ runs, largest }: Extent): AsyncGenerator<Figure> {
  requireAddon();
  await using scratch = await makeScratch();
  const plugin = await buildPlugin(scratch, "pending.c");
  const source = "orthanc-pending.c";
  await using orthanc = await startOrthanc(scratch, { source, concurrency: slots });
  for (const { n, withPQueue, mostRuns } of sizes.filter((size) => size.n <= largest)) {
    const peers = [orthancInstrument(orthanc), ...(withPQueue ? [pQueue] : [])];
    const few = n === smallest ? [] : [atSmallest(native(plugin)), atSmallest(typescript)];
    const instruments = [native(plugin), typescript, ...peers, ...few];
    const extent = { n, runs: Math.min(runs, mostRuns) };
    yield* await interleave(extent, instruments, pairsOf(n, withPQueue));
  }
}

const works = ["submit", "claim", "cancel", "list", "memory"] as const;
const firstList = "pending native first list";
type Work = (typeof works)[number];
const names = { native: "pending native", ts: "pending ts" } as const;
const comparedWithPQueue: readonly Work[] = ["submit", "claim", "memory"];

function pairsOf(n: number, withPQueue: boolean): readonly Pair[] {
  const peer = withPQueue ? "p-queue" : "Orthanc";
  const isWeighed = (work: Work): boolean => work !== "memory" || n >= enoughToWeigh;
  const beside = [
    ...works.filter(isWeighed).map((work) => pairOf(work, names.native, `Orthanc ${work}`)),
    { ours: firstList, peer: "Orthanc list", unit: "jobs/s" },
    ...comparedWithPQueue
      .filter(isWeighed)
      .map((work) => pairOf(work, names.ts, `${peer} ${work}`)),
  ];
  if (n === smallest) return beside;
  const rates = works.filter((work) => work !== "memory");
  const growth = Object.values(names).flatMap((name) =>
    rates.map((work) => pairOf(work, name, `${name} ${work} at 1,000`)),
  );
  return [...beside, ...growth];
}

function pairOf(work: Work, name: string, peer: string): Pair {
  const ours = `${name} ${work}`;
  if (work !== "memory") return { ours, peer, unit: "jobs/s" };
  return { ours, peer, unit: "B/job", shown: (rate) => 1 / rate };
}

/** The same with few, as a peer. */
const atSmallest =
  (instrument: Instrument): Instrument =>
  async () => {
    const rates = Object.entries(await instrument(smallest));
    return Object.fromEntries(rates.map(([name, rate]) => [`${name} at 1,000`, rate]));
  };

const canceledOf = (n: number): number => Math.min(n / 2, mostCanceled);

/** Memory as a rate: how many jobs a byte could hold. */
const perByte = (n: number, bytes: number): number => n / Math.max(bytes, 1);

/** The plugin takes the times itself; of memory it knows what is not JavaScript's. */
const native =
  (plugin: string): Instrument =>
  async (n) => {
    await using host = await openHost({
      plugins: [plugin],
      concurrentJobs: slots,
      limitJobs: 0,
      http: { port: 0 },
    });
    const ask = (work: string, count: number): Promise<string> =>
      post(`${host.url}/pending/${work}/${count}`);
    const used = async (): Promise<number> => usedHeap() + Number(await ask("memory", 0));
    // Whatever is made once for the first requests is not the jobs'.
    await ask("list", 0);
    await used();
    const before = await used();
    const submitted = await ask("submit", n);
    // A job that came by the lane is known to the engine when it is asked for the first time.
    const hearing = await ask("list", 0);
    const after = await used();
    return {
      [`${names.native} memory`]: perByte(n, after - before),
      [firstList]: perSecond(n, hearing),
      ...(await ratesOf(names.native, n, { submitted, canceled: canceledOf(n), ask })),
    };
  };

interface Asked {
  readonly submitted: string;
  /** How many are canceled. */
  readonly canceled: number;
  readonly ask: (work: string, count: number) => Promise<string>;
}

/** What the plugins of both hosts can be asked for in the same words. */
async function ratesOf(name: string, n: number, asked: Asked): Promise<Rates> {
  const { submitted, canceled, ask } = asked;
  const listing = await ask("list", 0);
  const canceling = await ask("cancel", canceled);
  const claiming = await ask("claim", 0);
  return {
    [`${name} submit`]: perSecond(n, submitted),
    [`${name} list`]: perSecond(n, listing),
    [`${name} cancel`]: perSecond(canceled, canceling),
    [`${name} claim`]: perSecond(n - canceled, claiming),
  };
}

function orthancInstrument(orthanc: Orthanc | null): Instrument {
  if (orthanc === null) return () => Promise.resolve({});
  const ask = (work: string, count: number): Promise<string> => orthanc.ask(`${work} ${count}`);
  return async (n) => {
    const before = Number(await ask("memory", 0));
    const submitted = await ask("submit", n);
    const after = Number(await ask("memory", 0));
    const canceled = n < fewCanceled.from ? canceledOf(n) : fewCanceled.count;
    const rates = await ratesOf("Orthanc", n, { submitted, canceled, ask });
    return { "Orthanc memory": perByte(n, after - before), ...rates };
  };
}

/** Holds its slot until it is released. */
class Holder extends Job {
  readonly type = "holder";
  readonly #released: Promise<void>;

  constructor(released: Promise<void>) {
    super();
    this.#released = released;
  }

  async step(): Promise<StepResult> {
    await this.#released;
    return StepResult.success;
  }
}

/** The payload of all that wait: what is measured of memory is the host's. */
class Waiting extends Job {
  readonly type = "one-step";
  readonly #stepped: () => void;

  constructor(stepped: () => void) {
    super();
    this.#stepped = stepped;
  }

  step(): StepResult {
    this.#stepped();
    return StepResult.success;
  }
}

const typescript: Instrument = async (n) => {
  await using host = await openHost({ concurrentJobs: slots, limitJobs: 0 });
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  for (let slot = 0; slot < slots; slot++) {
    void host.submit(new Holder(released), { priority: topPriority });
  }
  const canceled = canceledOf(n);
  const all = countDown(n - canceled);
  const jobs = Array.from({ length: n }, () => new Waiting(all.one));
  const before = usedHeap();
  const submitting = performance.now();
  const ids = await submitAll(host, jobs);
  const submit = rateSince(n, submitting);
  const memory = perByte(n, usedHeap() - before);
  const listing = performance.now();
  host.jobs();
  const list = rateSince(n, listing);
  const canceling = performance.now();
  await cancelSome(host, ids, canceled);
  const cancel = rateSince(canceled, canceling);
  const claiming = performance.now();
  release();
  await all.done;
  const claim = rateSince(n - canceled, claiming);
  return named(names.ts, { submit, memory, list, cancel, claim });
};

/** The ids are not kept: they would count as the host's. */
async function submitAll(host: Host, jobs: readonly Job[]): Promise<readonly string[]> {
  const every = Math.max(1, Math.floor(jobs.length / mostCanceled));
  const ids: Promise<string>[] = [];
  let last: Promise<string> | null = null;
  for (const [at, job] of jobs.entries()) {
    last = host.submit(job, { priority: at % priorities });
    if (at % every === 0) ids.push(last);
  }
  await last;
  return Promise.all(ids);
}

async function cancelSome(host: Host, ids: readonly string[], count: number): Promise<void> {
  // One after the other, as the plugins do.
  for (const id of ids.slice(0, count)) await host.cancelJob(id);
}

/** Paused while it is filled; it has neither a list nor a cancel. Absent if it is not installed. */
const pQueue: Instrument = async (n) => {
  const module = await import("p-queue").catch(() => null);
  if (module === null) return {};
  const queue = new module.default({ concurrency: slots, autoStart: false });
  const all = countDown(n);
  const before = usedHeap();
  const submitting = performance.now();
  for (let job = 0; job < n; job++) {
    void queue.add(() => all.one(), { priority: job % priorities });
  }
  const submit = rateSince(n, submitting);
  const memory = perByte(n, usedHeap() - before);
  const claiming = performance.now();
  queue.start();
  await all.done;
  const claim = rateSince(n, claiming);
  return named("p-queue", { submit, memory, claim });
};

const named = (name: string, rates: Rates): Rates =>
  Object.fromEntries(Object.entries(rates).map(([work, rate]) => [`${name} ${work}`, rate]));
