/** The store thread, but its commits meet the faults that are asked for. Runs without a loader. */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import type { Fault, FaultyData } from "./host-faults.ts";

const { faults, thread } = workerData as FaultyData;

/** How long a thread that has said what it is about to do may take to do it; milliseconds. */
const graceMs = 150;

/** As it is without faults. */
const exec = Object.getOwnPropertyDescriptor(DatabaseSync.prototype, "exec")?.value as (
  this: DatabaseSync,
  sql: string,
) => void;
DatabaseSync.prototype.exec = function execWithFaults(sql: string): void {
  if (sql === "COMMIT") {
    commitWithFaults(() => exec.call(this, sql));
    return;
  }
  if (sql.startsWith("PRAGMA locking_mode") && existsSync(`${faults}.closed`)) {
    throw new Error("the disk is gone");
  }
  exec.call(this, sql);
};

await import(thread);

function commitWithFaults(commit: () => void): void {
  const fault = next();
  if (fault !== null) waitFor(fault);
  if (fault?.kind === "refuse") throw new Error("the disk is full");
  if (fault?.kind === "die before") die();
  commit();
  if (fault?.kind === "die after") die();
}

/** Each fault is met once, but a store that refuses does so until it is told otherwise. */
function next(): Fault | null {
  const [first, ...others] = planned();
  if (first === undefined) return null;
  if (first.kind === "refuse") return first;
  writeFileSync(`${faults}.next`, JSON.stringify(others));
  renameSync(`${faults}.next`, faults);
  return first;
}

function planned(): readonly Fault[] {
  try {
    return JSON.parse(readFileSync(faults, "utf8")) as Fault[];
  } catch {
    return [];
  }
}

function waitFor({ until, log }: Fault): void {
  parentPort?.postMessage({ kind: "met" });
  const isThere = (line: string): boolean => readFileSync(log, "utf8").includes(`${line}\n`);
  while (!until.every((line) => isThere(line))) pause(2);
  if (until.length > 0) pause(graceMs);
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Until the heap's limit ends this thread. */
function die(): never {
  const hoard: number[][] = [];
  for (;;) hoard.push(Array.from({ length: 10_000 }, () => Math.random()));
}
