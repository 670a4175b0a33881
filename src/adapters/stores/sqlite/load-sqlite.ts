import type * as NodeSqlite from "node:sqlite";

export type Sqlite = typeof NodeSqlite;

/**
 * Loads Node's own SQLite, and only now: an old Node without it must get as far as our sentence
 * about old Nodes. Node 22 warns that it is experimental; only that one warning is swallowed.
 */
export async function loadSqlite(): Promise<Sqlite> {
  const emit = process.emitWarning.bind(process);
  process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    const text = warning instanceof Error ? warning.message : warning;
    if (text.startsWith("SQLite is an experimental feature")) return;
    Reflect.apply(emit, process, [warning, ...rest]);
  };
  try {
    return await import("node:sqlite");
  } finally {
    process.emitWarning = emit;
  }
}

/**
 * Whether this SQLite may write a log ahead (WAL). Versions from 3.7.0 to 3.51.2 can corrupt it
 * when two connections reset it at once (the "WAL-reset bug"); 3.44.6 and 3.50.7 carry the repair.
 */
export function hasSafeLog(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  if (major !== 3) return major > 3;
  if (minor === 44) return patch >= 6;
  if (minor === 50) return patch >= 7;
  return minor > 51 || (minor === 51 && patch >= 3);
}
