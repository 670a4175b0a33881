// npm run bench -- [name] [--json] [--quick]; without a name all of them. See README.md.
import { setImmediate } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Unable, type Extent, type Figure } from "./support/compare.ts";
import { controlLatency } from "./control-latency.ts";
import { durableJobs } from "./durable-jobs.ts";
import { loopDelay } from "./loop-delay.ts";
import { nativeJobs } from "./native-jobs.ts";
import { nativeStep } from "./native-step.ts";
import { pending } from "./pending.ts";
import { progress } from "./progress.ts";
import { rest } from "./rest.ts";
import { restart } from "./restart.ts";
import { sendQueue } from "./send-queue.ts";
import { startLatency } from "./start-latency.ts";
import { tsDurableJobs } from "./ts-durable-jobs.ts";
import { tsJobs } from "./ts-jobs.ts";

type Benchmark = (extent: Extent) => AsyncGenerator<Figure>;

const benchmarks: Readonly<Record<string, Benchmark>> = {
  "native-step": nativeStep,
  "native-jobs": nativeJobs,
  "durable-jobs": durableJobs,
  "ts-jobs": tsJobs,
  "ts-durable-jobs": tsDurableJobs,
  "start-latency": startLatency,
  "control-latency": controlLatency,
  pending,
  restart,
  "loop-delay": loopDelay,
  progress,
  rest,
  "send-queue": sendQueue,
};

/** An odd number of runs, so that the median is one that was measured. */
const full: Extent = { runs: 7, largest: Infinity };
/** Only to see that it runs; well below ten seconds. */
const quick: Extent = { runs: 1, largest: 1_000 };

function showJson(figure: Figure): void {
  process.stdout.write(`${JSON.stringify(figure)}\n`);
}

function showHeading(): void {
  const heading = ["name", "n", "unit", "ours", "peer", "ratio", "min … max", "runs"];
  process.stdout.write(`${row(heading)}\n`);
}

function showRow(figure: Figure): void {
  const { name, n, unit, ours, peer, peerName, ratio, min, max, runs } = figure;
  const theirs = peer === null ? `${peerName}: absent` : `${peerName} ${amount(peer)}`;
  const range = `${decimals(min)} … ${decimals(max)}`;
  const cells = [name, whole(n), unit, amount(ours), theirs, decimals(ratio), range, whole(runs)];
  process.stdout.write(`${row(cells)}\n`);
}

const widths = [42, 9, 7, 9, 32, 7, 16, 4];

const row = (cells: readonly string[]): string =>
  cells.map((cell, column) => cell.padStart(widths[column] ?? 0)).join("  ");

const whole = (value: number): string => Math.round(value).toLocaleString("en");

const amount = (value: number): string =>
  value < 1 ? value.toPrecision(2) : value < 100 ? value.toFixed(1) : whole(value);

const decimals = (value: number | null): string =>
  value === null ? "-" : value < 0.1 ? value.toPrecision(2) : value.toFixed(2);

/** Whoever reads the table may have seen enough of it: `| head`. */
let isRead = true;
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  isRead = false;
});

process.exitCode = await main().catch(explain);

/** Returns the exit code. */
function explain(error: unknown): number {
  if (!(error instanceof Unable)) throw error;
  process.stderr.write(`${error.message}\n`);
  return 1;
}

/** Returns the exit code. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { json: { type: "boolean" }, quick: { type: "boolean" } },
    allowPositionals: true,
  });
  const unknown = positionals.find((name) => !Object.hasOwn(benchmarks, name));
  if (unknown !== undefined) {
    const known = Object.keys(benchmarks).join(", ");
    process.stderr.write(`There is no benchmark "${unknown}"; there is: ${known}\n`);
    return 1;
  }
  if (values.json !== true) showHeading();
  const names = positionals.length === 0 ? Object.keys(benchmarks) : positionals;
  const extent = values.quick === true ? quick : full;
  const isWhole = await measure(names, extent, values.json === true ? showJson : showRow);
  if (isWhole || process.env["BATON_REQUIRE_PEERS"] !== "1") return 0;
  process.stderr.write("A peer is absent, and BATON_REQUIRE_PEERS is set.\n");
  return 1;
}

/** Whether every peer was there. */
async function measure(
  names: readonly string[],
  extent: Extent,
  show: (figure: Figure) => void,
): Promise<boolean> {
  let isWhole = true;
  for (const name of names) {
    // One at a time, or they would disturb each other.
    for await (const figure of benchmarks[name]?.(extent) ?? []) {
      show(figure);
      isWhole &&= figure.peer !== null;
      // Whether it was read is known in the next turn.
      await setImmediate();
      if (!isRead) return isWhole;
    }
  }
  return isWhole;
}
