// How long after the call does a running native job with steps of 1 ms hear of a pause or a cancel?
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { openHost } from "../src/index.ts";
import {
  interleave,
  type Extent,
  type Figure,
  type Instrument,
  type Rates,
} from "./support/compare.ts";
import { milliseconds, pairOfMs, percentileRates, rateOfMs } from "./support/latency.ts";
import { post, requireAddon } from "./support/plugin-clock.ts";
import { buildPlugin, makeScratch } from "./support/scratch.ts";

/** As in control-latency.c. */
const stepMs = 1;
const calls = ["pause", "cancel"] as const;
/** By how a job, and what is asked of it, is kept. */
const kinds = ["memory", "full"] as const;

/** The goals, made of what the peer took in the same run. */
const medianLimit = "step + 0.2 ms";
const tailLimit = "step + 3 wake-ups";

/** Yields the figures for both calls, in memory and where a call is committed. */
export async function* controlLatency({ runs, largest }: Extent): AsyncGenerator<Figure> {
  requireAddon();
  await using scratch = await makeScratch();
  const plugin = await buildPlugin(scratch, "control-latency.c");
  const folder = await mkdtemp(join(scratch.folder, "database-"));
  const path = join(folder, "jobs.db");
  const http = { port: 0 };
  await using memory = await openHost({ plugins: [plugin], http });
  await using durable = await openHost({
    plugins: [plugin],
    http,
    store: { kind: "sqlite", path },
  });
  const urls = { memory: memory.url, full: durable.url };
  const instruments = kinds.flatMap((kept) =>
    calls.map((call) =>
      named(`control-latency ${call} ${kept}`, `${urls[kept]}/control-latency/${call}`),
    ),
  );
  const steps = named("bare steps", `${memory.url}/control-latency/steps`);
  const n = Math.min(largest / 10, 500);
  yield* await interleave({ n, runs }, [...instruments, steps, wakeUps(memory.url)], pairs);
}

const pairs = kinds.flatMap((kept) =>
  calls.flatMap((call) => {
    const ours = `control-latency ${call} ${kept}`;
    return [
      pairOfMs(`${ours}, p50`, medianLimit),
      pairOfMs(`${ours}, p50`, "bare steps, p50"),
      pairOfMs(`${ours}, p99`, tailLimit),
      pairOfMs(`${ours}, p99`, "bare steps, p99"),
    ];
  }),
);

function named(name: string, url: string): Instrument {
  return async (n) => percentileRates(name, await post(`${url}/${n}`));
}

function wakeUps(url: string | null): Instrument {
  return async (n): Promise<Rates> => {
    const rates = percentileRates("wake-up", await post(`${url}/control-latency/wake/${n}`));
    const worst = milliseconds(rates["wake-up, p99"] ?? Number.NaN);
    return {
      ...rates,
      [medianLimit]: rateOfMs(stepMs + 0.2),
      [tailLimit]: rateOfMs(stepMs + 3 * worst),
    };
  };
}
