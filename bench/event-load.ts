// How late is the event loop while a hundred clients hear of a thousand running jobs? Part of rest.ts.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";
import { AsyncCallScope } from "../src/adapters/async-call-scope.ts";
import { FileOutputs } from "../src/adapters/file-outputs.ts";
import { LocalRoom } from "../src/adapters/local-room.ts";
import { LocalSlots } from "../src/adapters/local-slots.ts";
import { LoopRunner } from "../src/adapters/runners/loop-runner.ts";
import { MemoryStore } from "../src/adapters/stores/memory-store.ts";
import { systemClock } from "../src/adapters/system-clock.ts";
import { systemIds } from "../src/adapters/system-ids.ts";
import { defaultHistoryLimits } from "../src/core/history.ts";
import { noLimits } from "../src/core/job-limits.ts";
import { JobEngine } from "../src/engine/job-engine.ts";
import { createApp } from "../src/http/app.ts";
import { startServer } from "../src/http/server.ts";
import { StepResult, type JobDescriptor, type JobRun } from "../src/index.ts";
import { interleave, type Extent, type Figure, type Instrument } from "./support/compare.ts";
import { pairOfMs, rateOfMs } from "./support/latency.ts";
import type { Client } from "./support/rest-clients.ts";

/** The timer that is watched comes this often at best; only what it is late counts. */
const resolutionMs = 1;
const watchedMs = 4_000;
const settledMs = 1_000;
const clients = 100;
/** What the loop may be late with clients, in what it is without. */
const allowed = 3;
/** A job reports ten times a second. */
const reportEveryMs = 100;

/**
 * A host has 64 slots at most: a thousand running jobs need an engine of its own, with slots that nobody
 * counts.
 */
export async function eventLoad(
  { runs, largest }: Extent,
  client: Client,
): Promise<readonly Figure[]> {
  const jobs = Math.min(1_000, largest);
  const engine = openEngine(jobs);
  await engine.open();
  engine.begin();
  for (let job = 0; job < jobs; job++) {
    await engine.submitJob("bench", engine.createJob("bench", reporter(job)));
  }
  const routes = { find: () => null };
  const app = createApp({ jobs: engine, routes, onError: complain, clock: systemClock });
  const server = await startServer(app, { address: "127.0.0.1", port: 0 });
  const withClients: Instrument = async () => {
    await client.ask(`listen ${server.url}/events ${clients}`);
    const { lateMs, busyMs } = await watch();
    const frames = Number(await client.ask("leave"));
    const seconds = (watchedMs + settledMs) / 1_000;
    return {
      "rest events, late": rateOfMs(lateMs),
      "rest events, busy": rateOfMs(busyMs),
      "rest frames": frames / clients / seconds,
    };
  };
  try {
    return await interleave({ n: jobs, runs }, [without, withClients], pairs);
  } finally {
    await server.close();
    await engine.close();
  }
}

const without: Instrument = async () => {
  const { lateMs, busyMs } = await watch();
  return {
    "nobody, late": rateOfMs(lateMs),
    [limitOf("late")]: rateOfMs(allowed * lateMs),
    "nobody, busy": rateOfMs(busyMs),
    [limitOf("busy")]: rateOfMs(allowed * busyMs),
    [most]: framesAtMost,
  };
};

/** What a client is sent at most, a second. */
const framesAtMost = 4;
const most = "at most";

const limitOf = (what: string): string => `limit: ${allowed} x nobody, ${what}`;

const pairs = [
  ...["late", "busy"].flatMap((what) => [
    pairOfMs(`rest events, ${what}`, limitOf(what)),
    pairOfMs(`rest events, ${what}`, `nobody, ${what}`),
  ]),
  { ours: "rest frames", peer: most, unit: "/s" },
];

const complain = (text: string): void => void process.stderr.write(`${text}\n`);

function openEngine(slots: number): JobEngine {
  const scope = new AsyncCallScope();
  const runner = new LoopRunner(systemClock, scope, complain);
  return new JobEngine(
    {
      clock: systemClock,
      ids: systemIds,
      store: new MemoryStore(),
      slots: new LocalSlots(slots, runner),
      runner,
      scope,
      mirror: null,
      files: new FileOutputs({ folder: null, flushes: false, sweeps: true }),
      room: new LocalRoom(0),
    },
    {
      history: defaultHistoryLimits,
      failedMaxAgeMs: 0,
      limits: noLimits,
      maxPayloads: 0,
      drainTimeoutMs: 5_000,
      checkInvariants: false,
    },
  );
}

/** One step that reports until the host closes; the jobs do not report at the same moment. */
function reporter(number: number): JobDescriptor {
  const step = async (_payload: unknown, run: JobRun): Promise<StepResult> => {
    await setTimeout((number * 37) % reportEveryMs);
    for (let done = 1; !run.signal.aborted; done++) {
      run.setProgress(done % 1_000, 1_000);
      await setTimeout(reportEveryMs, undefined, { signal: run.signal }).catch(() => undefined);
    }
    return StepResult.continue;
  };
  return { type: "bench.reporter", payload: null, step };
}

/**
 * At its worst hundredth: how late the loop is, and how much processor time one turn takes, which others on
 * the machine do not change. Milliseconds.
 */
async function watch(): Promise<{ readonly lateMs: number; readonly busyMs: number }> {
  await setTimeout(settledMs);
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  const turns: number[] = [];
  const end = performance.now() + watchedMs;
  for (let before = busyUs(); performance.now() < end;) {
    await setTimeout(resolutionMs);
    const now = busyUs();
    turns.push(now - before);
    before = now;
  }
  delay.disable();
  const worst = turns.toSorted((a, b) => a - b)[Math.floor(turns.length * 0.99)] ?? Number.NaN;
  return { lateMs: delay.percentile(99) / 1e6 - resolutionMs, busyMs: worst / 1e3 };
}

function busyUs(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}
