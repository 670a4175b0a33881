import * as fc from "fast-check";
import { commands } from "./commands.ts";
import type { Command } from "./game.ts";
import { open } from "./lives.ts";
import type { Settings } from "./plan.ts";
import type { StoreKind } from "./real/disk.ts";
import { Real, type Place } from "./real/real.ts";
import type { Sabotage } from "./real/sabotage.ts";
import { newWorld } from "./world.ts";

/** What the clocks show at first; epoch milliseconds. */
const start = 1_700_000_000_000;

const settings: fc.Arbitrary<Settings> = fc.record({
  slots: fc.constantFrom(1, 1, 2, 3),
  types: fc.constantFrom(["a", "b"], ["a", "b"], ["b"], []),
  limitJobs: fc.constantFrom(0, 0, 1, 3),
  maxPayloads: fc.constantFrom(0, 1, 1, 2),
  succeededKept: fc.constantFrom(0, 1, 3),
  failedKept: fc.constantFrom(0, 1, 3),
  perType: fc.constantFrom<Settings["perType"]>({}, {}, {}, { a: 1 }, { a: 2, b: 1 }),
  perKey: fc.constantFrom<Settings["perKey"]>({}, {}, {}, { k1: 1 }, { "k*": 1 }),
});

/** Longest sequence of commands. */
const maxCommands = 60;

/** Where a sequence that failed is found again. */
export interface WayBack {
  readonly seed: number;
  readonly path: string;
  readonly replayPath: string;
}

/**
 * Plays so many random sequences of commands with the model and a real host on this store. Throws
 * what the shortest that fails has done, and how to play it again.
 */
export async function play(kind: StoreKind, numRuns: number, back: WayBack | null): Promise<void> {
  const place = { kind, now: start, sabotage: null };
  const { replayPath, ...again } = back ?? {};
  const replay = replayPath === undefined ? {} : { replayPath };
  const list = fc.commands(weighted, { maxCommands, size: "max", ...replay });
  const sequence = fc.asyncProperty(settings, list, (some, all) => playOne(place, some, all));
  const details = await fc.check(sequence, { numRuns, ...again });
  if (!details.failed) return;
  const report = await fc.asyncDefaultReportMessage(details);
  const text = `${report}\n\nPlay it again with ${wayBack(details, report ?? "")}\n`;
  throw new Error(text, { cause: details.errorInstance });
}

/** After how many sequences the model sees that a host breaks this rule; null: it does not. */
export async function runsUntilSeen(sabotage: Sabotage, numRuns: number): Promise<number | null> {
  const place = { kind: "double", now: start, sabotage } as const;
  const list = fc.commands(weighted, { maxCommands, size: "max" });
  const sequence = fc.asyncProperty(settings, list, (some, all) => playOne(place, some, all));
  const details = await fc.check(sequence, { numRuns, endOnFailure: true });
  return details.failed ? details.numRuns : null;
}

async function playOne(place: Place, some: Settings, all: Iterable<Command>): Promise<void> {
  await using real = await Real.open(some, place);
  const world = newWorld(some, place.kind !== "memory", place.now);
  open(world);
  await fc.asyncModelRun(() => ({ model: { world }, real }), all);
}

const weighted = commands.flatMap(([weight, one]) => Array.from({ length: weight }, () => one));

function wayBack(
  { seed, counterexamplePath }: { seed: number; counterexamplePath: string | null },
  report: string,
): string {
  const replay = /replayPath="([^"]*)"/.exec(report)?.[1] ?? "";
  return `BATON_SEED=${seed} BATON_PATH=${counterexamplePath ?? ""} BATON_REPLAY=${replay}`;
}
