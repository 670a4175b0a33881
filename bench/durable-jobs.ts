// How many native one-step jobs a second can be saved, and run to their end, by batches and by threads?
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { openHost } from "../src/index.ts";
import {
  interleave,
  type Extent,
  type Figure,
  type Instrument,
  type Pair,
} from "./support/compare.ts";
import { besideFlushes, FlushedFile } from "./support/flush.ts";
import { rateOfMs } from "./support/latency.ts";
import { orthancPeer, startOrthanc } from "./support/orthanc.ts";
import { perSecond, post, requireAddon } from "./support/plugin-clock.ts";
import { buildPlugin, makeScratch, type Scratch } from "./support/scratch.ts";

/** Ours has two slots by default; the peer gets as many threads. */
const concurrency = 2;
const durabilities = ["full", "process"] as const;
type Durability = (typeof durabilities)[number];

/** How they are submitted; one thread that waits for each commit would take a minute for 100,000. */
const ways = [
  { way: "batched", threads: 1, batch: 100, sizes: [1_000, 10_000, 100_000] },
  { way: "1 thread", threads: 1, batch: 1, sizes: [1_000, 10_000] },
  { way: "8 threads", threads: 8, batch: 1, sizes: [1_000, 10_000] },
  { way: "64 threads", threads: 64, batch: 1, sizes: [1_000, 10_000, 100_000] },
] as const;
type Way = (typeof ways)[number];

const sizes = [1_000, 10_000, 100_000];
const unit = "jobs/s";

/** Yields the figures for each size and durability. */
export async function* durableJobs({ runs, largest }: Extent): AsyncGenerator<Figure> {
  requireAddon();
  await using scratch = await makeScratch();
  const plugin = await buildPlugin(scratch, "durable-jobs.c");
  const saving = { source: "orthanc-jobs.c", concurrency, saveJobs: true };
  await using orthanc = await startOrthanc(scratch, saving);
  using file = new FlushedFile(scratch);
  const peer = peerInstrument(orthancPeer(orthanc, "full"));
  for (const durability of durabilities) {
    for (const n of sizes.filter((size) => size <= largest)) {
      const some = ways.filter((one) => one.sizes.some((size) => size === n));
      const ours = some.map((one) => {
        const name = flushes(durability, one.way);
        return besideFlushes(file, baton({ plugin, scratch }, durability, one), name, rateOfMs);
      });
      const pairs = some.flatMap((one) => pairsOf(durability, one));
      yield* await interleave({ n, runs }, [...ours, peer], pairs);
    }
  }
}

const submits = (durability: Durability, way: string): string =>
  `durable-jobs ${durability} ${way}, submits`;
const ends = (durability: Durability, way: string): string =>
  `durable-jobs ${durability} ${way}, to the end`;

/** How often a page could be flushed around that. */
const flushes = (durability: Durability, way: string): string => `flushes (${durability} ${way})`;

function pairsOf(durability: Durability, { way, threads, batch }: Way): readonly Pair[] {
  const ours = submits(durability, way);
  const isAlone = threads === 1 || batch > 1;
  // At the end of each way stands a job that is done, however it was submitted.
  const pairs: Pair[] = [{ ours: ends(durability, way), peer: "Orthanc", unit }];
  pairs.unshift({ ours, peer: flushes(durability, way), unit });
  // At 100,000 nobody has measured one thread.
  if (!isAlone) pairs.unshift({ ours, peer: submits(durability, "1 thread"), unit });
  return pairs;
}

interface Place {
  readonly plugin: string;
  readonly scratch: Scratch;
}

/** In a database of its own each time. */
function baton({ plugin, scratch }: Place, durability: Durability, way: Way): Instrument {
  return async (n) => {
    const folder = await mkdtemp(join(scratch.folder, "database-"));
    {
      await using host = await openHost({
        plugins: [plugin],
        store: { kind: "sqlite", path: join(folder, "jobs.db"), durability },
        concurrentJobs: concurrency,
        // A route's handler submits them all, and must not wait for room; the peer has no bound.
        limitJobs: 0,
        http: { port: 0 },
      });
      const url = `${host.url}/durable-jobs/${way.threads}/${way.batch}/${n}`;
      const [submitted, ended] = (await post(url)).split(" ");
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
      return {
        [submits(durability, way.way)]: perSecond(n, submitted),
        [ends(durability, way.way)]: perSecond(n, ended),
      };
    }
  };
}

function peerInstrument(peer: ReturnType<typeof orthancPeer>): Instrument {
  return async (n) => (peer.rate === null ? {} : { [peer.name]: await peer.rate(n) });
}
