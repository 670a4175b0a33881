// How many native one-step jobs a second, create to finalize, memory store, submitted by a native
// plugin with submit_job and with submit_jobs?
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { openHost } from "../src/index.ts";
import { compare, type Contender, type Extent, type Figure } from "./support/compare.ts";
import { orthancPeer, startOrthanc } from "./support/orthanc.ts";
import { perSecond, rateOf, requireAddon } from "./support/plugin-clock.ts";
import { buildPlugin, buildProgram, makeScratch } from "./support/scratch.ts";

/** Ours has two slots by default; the peers get as many threads. */
const concurrency = 2;
const sizes = [1_000, 10_000, 100_000];
const batch = 100;

/** By the name that the plugins have for it. */
const variants = [
  { kind: "bare", name: "native-jobs bare" },
  { kind: "full", name: "native-jobs content+state" },
] as const;

const run = promisify(execFile);

/** Yields the figures for each size, with and without content and state. */
export async function* nativeJobs({ runs, largest }: Extent): AsyncGenerator<Figure> {
  requireAddon();
  await using scratch = await makeScratch();
  const plugin = await buildPlugin(scratch, "native-jobs.c");
  const pools = await buildProgram(scratch, "bare-pool.cc", ["step_pool.cc"]);
  await using orthanc = await startOrthanc(scratch, { source: "orthanc-jobs.c", concurrency });
  const unit = "jobs/s";
  for (const { kind, name } of variants) {
    const ours = [
      { name, rate: baton(plugin, `/native-jobs/${kind}/1`) },
      { name: `${name} batched`, rate: baton(plugin, `/native-jobs/${kind}/${batch}`) },
    ];
    const peers = [
      orthancPeer(orthanc, kind),
      bareLoop("C++ pool", [pools, "plain", kind]),
      bareLoop("C++ over Baton's pool", [pools, "baton", kind]),
    ];
    await compare({ unit, n: 1_000, runs: 2 }, ours, peers);
    for (const n of sizes.filter((size) => size <= largest)) {
      yield* await compare({ unit, n, runs }, ours, peers);
    }
  }
}

/**
 * The plugin takes the time itself, from the first create_job until the last finalize; opening and
 * closing are not counted. As many run before, uncounted: a host that has run none has its threads to start and
 * its memory to get, which the loops do likewise, and Orthanc did when it was started.
 */
function baton(plugin: string, route: string): Contender["rate"] {
  return async (n) => {
    await using host = await openHost({
      plugins: [plugin],
      concurrentJobs: concurrency,
      // A route's handler submits them all, and must not wait for room; the peers have no bounds.
      limitJobs: 0,
      maxPayloads: 0,
      http: { port: 0 },
    });
    const url = `${host.url}${route}/${n}`;
    await rateOf(n, url);
    // Awaited here: the host is closed when this returns.
    return await rateOf(n, url);
  };
}

/** A process of its own, which takes its time itself too: `command` still wants threads and jobs. */
function bareLoop(
  name: string,
  [executable, ...parameters]: readonly [string, ...string[]],
): Contender {
  return {
    name,
    async rate(n) {
      const { stdout } = await run(executable, [...parameters, String(concurrency), String(n)]);
      return perSecond(n, stdout);
    },
  };
}
