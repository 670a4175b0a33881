// What does one more native step of a running job cost?
import { openHost } from "../src/index.ts";
import { compare, type Contender, type Extent, type Figure } from "./support/compare.ts";
import { orthancPeer, startOrthanc } from "./support/orthanc.ts";
import { rateOf, requireAddon } from "./support/plugin-clock.ts";
import { buildPlugin, makeScratch } from "./support/scratch.ts";

const sizes = [1_000, 10_000, 100_000, 1_000_000];

/** Yields the figures for each size: the same step function, called by a job, a loop and Orthanc. */
export async function* nativeStep({ runs, largest }: Extent): AsyncGenerator<Figure> {
  requireAddon();
  await using scratch = await makeScratch();
  const plugin = await buildPlugin(scratch, "native-step.c");
  await using orthanc = await startOrthanc(scratch, { source: "orthanc-jobs.c", concurrency: 2 });
  await using host = await openHost({ plugins: [plugin], http: { port: 0 } });
  const walk = (kind: string) => (n: number) => rateOf(n, `${host.url}/native-step/${kind}/${n}`);
  const ours: Contender = { name: "native-step", rate: walk("job") };
  const peers = [{ name: "raw call", rate: walk("raw") }, orthancPeer(orthanc, "step")];
  const unit = "ns/step";
  await compare({ unit, n: 10_000, runs: 2 }, [ours], peers);
  for (const n of sizes.filter((size) => size <= largest)) {
    yield* await compare({ unit, n, runs, shown: nanosecondsEach }, [ours], peers);
  }
}

const nanosecondsEach = (rate: number): number => 1e9 / rate;
