// How long is it from the start of a host to the first step, if many unfinished jobs were saved?
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { openHost } from "../src/index.ts";
import {
  interleave,
  Unable,
  type Extent,
  type Figure,
  type Instrument,
} from "./support/compare.ts";
import { pairOfMs, rateOfMs } from "./support/latency.ts";
import { launchOrthanc, startOrthanc } from "./support/orthanc.ts";
import { post, requireAddon } from "./support/plugin-clock.ts";
import { buildPlugin, makeScratch, type Scratch } from "./support/scratch.ts";

const sizes = [1_000, 10_000, 100_000];
const limit = "limit 2 s";
const concurrency = 2;

/** What both hosts are started from. */
const names = { process: "restart, from the process", open: "restart, from openHost" };

/** Yields the figures for each size. */
export async function* restart({ runs, largest }: Extent): AsyncGenerator<Figure> {
  requireAddon();
  await using scratch = await makeScratch();
  const plugin = await buildPlugin(scratch, "restart.c");
  // It is written at the end of a process that ends by itself.
  await once(spawnHost(scratch), "exit");
  for (const n of sizes.filter((size) => size <= largest)) {
    const database = await fill(scratch, plugin, n);
    const saved = await fillOrthanc(scratch, n);
    const instruments = [
      baton({ plugin, scratch }, database),
      orthanc(scratch, saved),
      (): ReturnType<Instrument> => Promise.resolve({ [limit]: rateOfMs(2_000) }),
    ];
    yield* await interleave({ n, runs }, instruments, pairs);
  }
}

const pairs = [
  pairOfMs(names.process, "Orthanc"),
  pairOfMs(names.process, limit),
  pairOfMs(names.open, limit),
];

/** A folder with the database of a host that was closed while `n` jobs waited. */
async function fill({ folder }: Scratch, plugin: string, n: number): Promise<string> {
  const filled = await mkdtemp(join(folder, "filled-"));
  await using host = await openHost({
    plugins: [plugin],
    store: { kind: "sqlite", path: join(filled, "jobs.db"), durability: "process" },
    concurrentJobs: 1,
    limitJobs: 0,
    http: { port: 0 },
  });
  await post(`${host.url}/restart/fill/${n}`);
  return filled;
}

/** The same of Orthanc; null: none is installed. */
async function fillOrthanc(scratch: Scratch, n: number): Promise<string | null> {
  const folder = await mkdtemp(join(scratch.folder, "filled-"));
  await using running = await startOrthanc(scratch, { ...saving, folder });
  await running?.ask(`fill ${n}`);
  return running === null ? null : folder;
}

const saving = { source: "orthanc-restart.c", concurrency, saveJobs: true };

interface Place {
  readonly plugin: string;
  readonly scratch: Scratch;
}

/** What is published is JavaScript: to translate our TypeScript is not part of a start. */
function spawnHost({ folder }: Scratch, ...parameters: readonly string[]): Child {
  const program = fileURLToPath(new URL("./support/restart-host.ts", import.meta.url));
  return spawn(process.execPath, [program, ...parameters], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NODE_COMPILE_CACHE: join(folder, "compiled") },
  });
}

type Child = ChildProcessByStdio<null, Readable, null>;

/** On a copy, as every run has to begin with the same jobs. Ended without a chance to tidy up. */
function baton({ plugin, scratch }: Place, filled: string): Instrument {
  return async () => {
    await using copy = await copyOf(scratch, filled);
    const began = nanoseconds();
    const child = spawnHost(scratch, join(copy.folder, "jobs.db"), plugin);
    const exited = once(child, "exit");
    const said = new Map<string, number>();
    for await (const line of createInterface(child.stdout)) {
      const [what = "", at] = line.split(" ");
      said.set(what, Number(at));
      if (what === "stepped") break;
    }
    child.kill("SIGKILL");
    await exited;
    const stepped = said.get("stepped") ?? Number.NaN;
    if (Number.isNaN(stepped)) throw new Unable("a host of restart.ts has ended early");
    return {
      [names.process]: 1e9 / (stepped - began),
      [names.open]: 1e9 / (stepped - (said.get("open") ?? Number.NaN)),
    };
  };
}

function orthanc(scratch: Scratch, filled: string | null): Instrument {
  return async () => {
    if (filled === null) return {};
    await using copy = await copyOf(scratch, filled);
    const began = nanoseconds();
    await using running = await launchOrthanc(scratch, { ...saving, folder: copy.folder });
    if (running === null) return {};
    for (;;) {
      // Whether it is ready first depends on how fast it is.
      const [what, at] = (await running.hear()).split(" ");
      if (what === "stepped") return { Orthanc: 1e9 / (Number(at) - began) };
    }
  };
}

async function copyOf(
  { folder }: Scratch,
  filled: string,
): Promise<AsyncDisposable & { readonly folder: string }> {
  const copy = await mkdtemp(join(folder, "copy-"));
  await cp(filled, copy, { recursive: true });
  return {
    folder: copy,
    [Symbol.asyncDispose]: () => rm(copy, { recursive: true, force: true }),
  };
}

/** Of the monotonic clock, which the plugins read too. */
const nanoseconds = (): number => Number(process.hrtime.bigint());
