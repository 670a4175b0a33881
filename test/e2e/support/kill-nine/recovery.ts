import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import type { Recovery } from "./check.ts";
import { Drain } from "./drain.ts";
import { Life } from "./life.ts";
import { pastsOf } from "./past.ts";
import { logFile, type LogEntry, type Sabotage, type Told } from "./protocol.ts";

/** Who decides what happens in a life, and when it ends. */
export interface Script {
  readonly hear: (told: Told, life: Life) => void;
  /** Epoch milliseconds. */
  readonly killedAt: number;
}

export interface RecoveryOptions {
  readonly folder: string;
  readonly durability: "full" | "process";
  readonly script: Script;
  /** What the store of the life that is killed leaves out. */
  readonly sabotage?: Sabotage;
  /** Called between the two lives, when nobody has the files open. */
  readonly between?: () => Promise<void>;
}

/** Lives twice: until the script kills the child, and from there to the end of every job. */
export async function recover(options: RecoveryOptions): Promise<Recovery> {
  const { folder, durability, script, sabotage = null } = options;
  await using first = new Life({ folder, durability, life: 1, sabotage, known: [] }, script.hear);
  const killed = await first.ended;
  assert.equal(killed.signal, "SIGKILL", `it ended by itself: ${killed.stderr}`);
  await options.between?.();
  const known = [...pastsOf(first.lines).keys()];
  await using second = new Life(
    { folder, durability, life: 2, sabotage: null, known },
    new Drain().hear,
  );
  const { code, stderr } = await second.ended;
  assert.equal(code, 0, `it did not end by itself: ${stderr}`);
  return {
    before: first.lines,
    killedAt: script.killedAt,
    after: second.lines,
    logs: { before: await entries(folder, 1), after: await entries(folder, 2) },
  };
}

/** What stands in the file of a life, up to the last whole line. */
async function entries(folder: string, life: number): Promise<readonly LogEntry[]> {
  const text = await readFile(logFile(folder, life), "utf8");
  const lines = text.split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as LogEntry);
}
