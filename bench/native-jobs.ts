// How many native one-step jobs a second, create to finalize, memory store, submitted by a native
// plugin with submit_job?
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openHost } from "../src/index.ts";
import { findBinding } from "../src/native/binding.ts";
import { Unable, compare, type Contender, type Extent, type Figure } from "./compare.ts";

/** Ours has two slots by default; the peer gets as many threads. */
const concurrency = 2;
const sizes = [1_000, 10_000, 100_000];

/** By the name that native-jobs.c has for it. */
const variants = [
  { kind: "bare", name: "native-jobs bare" },
  { kind: "full", name: "native-jobs content+state" },
] as const;

const run = promisify(execFile);

/** Yields the figures for each size, with and without content and state. */
export async function* nativeJobs({ runs, largest }: Extent): AsyncGenerator<Figure> {
  if (findBinding() === null) {
    throw new Unable("native-jobs needs the host addon, which is not built: npm run build:addon");
  }
  const folder = await mkdtemp(join(tmpdir(), "baton-bench-"));
  try {
    const [plugin, pool] = await Promise.all([buildPlugin(folder), buildPool(folder)]);
    const peer = barePool(pool);
    for (const { kind, name } of variants) {
      const ours = baton(plugin, kind);
      await compare({ name, unit: "jobs/s", n: 1_000, runs: 2 }, ours, [peer]);
      for (const n of sizes.filter((size) => size <= largest)) {
        yield* await compare({ name, unit: "jobs/s", n, runs }, ours, [peer]);
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * The plugin takes the time itself, from the first create_job until the last finalize; opening and
 * closing are not counted.
 */
function baton(plugin: string, kind: string): Contender {
  return {
    name: "baton",
    async rate(n) {
      await using host = await openHost({
        plugins: [plugin],
        concurrentJobs: concurrency,
        http: { port: 0 },
      });
      const response = await fetch(`${host.url}/native-jobs/${kind}/${n}`, { method: "POST" });
      const text = await response.text();
      if (!response.ok) throw new Unable(`native-jobs: the plugin answered ${text}`);
      return perSecond(n, text);
    },
  };
}

/** A process of its own, which takes its time itself too. */
function barePool(executable: string): Contender {
  return {
    name: "C++ pool",
    async rate(n) {
      const { stdout } = await run(executable, [String(concurrency), String(n)]);
      return perSecond(n, stdout);
    },
  };
}

async function buildPlugin(folder: string): Promise<string> {
  const library = join(folder, "native-jobs.so");
  const include = sourceOf("../native/include");
  const how = ["-std=c99", "-O2", "-shared", "-fPIC", "-pthread", "-I", include];
  await compile("cc", [...how, "-o", library, sourceOf("native-jobs.c")]);
  return library;
}

async function buildPool(folder: string): Promise<string> {
  const executable = join(folder, "bare-pool");
  const how = ["-std=c++17", "-O2", "-pthread"];
  await compile("g++", [...how, "-o", executable, sourceOf("bare-pool.cc")]);
  return executable;
}

async function compile(compiler: string, parameters: readonly string[]): Promise<void> {
  try {
    await run(compiler, parameters);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Unable(`native-jobs needs the compilers cc and g++: ${why}`, { cause: error });
  }
}

const sourceOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const perSecond = (n: number, nanoseconds: string): number => (n * 1e9) / Number(nanoseconds);
