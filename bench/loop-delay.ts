// How late is the event loop while native jobs compute in every slot?
import { availableParallelism } from "node:os";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";
import { openHost } from "../src/index.ts";
import { interleave, type Extent, type Figure, type Instrument } from "./support/compare.ts";
import { pairOfMs, rateOfMs } from "./support/latency.ts";
import { post, requireAddon } from "./support/plugin-clock.ts";
import { buildPlugin, makeScratch } from "./support/scratch.ts";

/** The timer that is watched comes this often at best; only what it is late counts. */
const resolutionMs = 1;
/** How long it is watched each time, and the machine is left alone before. */
const watchedMs = 2_000;
const settledMs = 100;

/** One slot for each core, so that there is none left for the loop. */
const slots = availableParallelism();

/** Yields the figures for as many busy slots as there are cores. */
export async function* loopDelay({ runs }: Extent): AsyncGenerator<Figure> {
  requireAddon();
  await using scratch = await makeScratch();
  const plugin = await buildPlugin(scratch, "loop-delay.c");
  await using host = await openHost({
    plugins: [plugin],
    concurrentJobs: slots,
    http: { port: 0 },
  });
  const url = `${host.url}/loop-delay`;
  const instruments = [busy("loop-delay", `${url}/job`), busy("threads", `${url}/thread`)];
  yield* await interleave({ n: slots, runs }, [...instruments.map((one) => one(url)), idle], pairs);
}

const pairs = ["p50", "p99"].flatMap((share) => [
  pairOfMs(`loop-delay, ${share}`, `threads, ${share}`),
  pairOfMs(`loop-delay, ${share}`, `idle, ${share}`),
]);

const busy =
  (name: string, begin: string) =>
  (url: string): Instrument =>
  async (n) => {
    await post(`${begin}/${n}`);
    try {
      return await watch(name);
    } finally {
      await post(`${url}/rest/0`);
    }
  };

const idle: Instrument = () => watch("idle");

async function watch(name: string): ReturnType<Instrument> {
  await setTimeout(settledMs);
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  await setTimeout(watchedMs);
  delay.disable();
  const late = (share: number): number => delay.percentile(share) / 1e6 - resolutionMs;
  return { [`${name}, p50`]: rateOfMs(late(50)), [`${name}, p99`]: rateOfMs(late(99)) };
}
