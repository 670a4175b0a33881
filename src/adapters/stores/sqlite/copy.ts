import { randomUUID } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { open, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { Backup } from "../../../ports/backups.ts";
import type { Sqlite } from "./load-sqlite.ts";

/**
 * Pages copied at once (2 MiB). A commit waits for so much at most: SQLite copies on a thread of its
 * own and holds the database only meanwhile.
 */
const pagesAtOnce = 512;

/** So often a copy is begun that meets a transaction at once: then something else is wrong. */
const mostBeginnings = 10_000;

/**
 * Copies a database that is in use. What is committed meanwhile comes along, and nothing that is
 * not: SQLite's backup interface sees the writes of its own connection.
 *
 * @throws what SQLite says; what is written by then is removed
 */
export async function copyDatabase(
  sqlite: Sqlite,
  source: DatabaseSync,
  file: string,
  isGivenUp: () => boolean = () => false,
): Promise<void> {
  const progress = (): void => {
    if (isGivenUp()) throw new Error("the store is closing");
  };
  for (let beginnings = 1; ; beginnings += 1) {
    try {
      await sqlite.backup(source, file, { rate: pagesAtOnce, progress });
      return;
    } catch (error) {
      await rm(file, { force: true });
      if (!isWithoutReason(error) || beginnings === mostBeginnings) throw error;
      progress();
    }
  }
}

/**
 * Node.js gives up with "not an error" when the first pages are asked for in the middle of a
 * transaction (SQLITE_LOCKED); for those that follow it tries again by itself.
 */
function isWithoutReason(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === 0;
}

/** The name of a copy that a host makes for somebody: beside the database, and swept from there. */
export const copyFile = (path: string): string => `${path}-copy-${randomUUID()}`;

/** What follows the database's name in that, and what SQLite adds to it. */
const ownCopy = /^-copy-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:-(?:journal|wal|shm))?$/;

/**
 * Removes the copies of a process that died, and nothing else that may stand beside the database.
 * One that cannot be removed keeps nobody from opening it. REQUIRES: nobody else has the database.
 */
export function sweepCopies(path: string): void {
  const [folder, database] = [dirname(path), basename(path)];
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(database) || !ownCopy.test(name.slice(database.length))) continue;
    try {
      rmSync(join(folder, name), { force: true });
    } catch {
      // It is looked for again when the database is opened next.
    }
  }
}

/** A copy of a database, which can be read once. */
export interface DatabaseCopy extends Backup {
  /** The files of outputs that its records name. */
  readonly outputs: readonly string[];
}

/** Opens a copy for reading. Its name is gone at once, its bytes when it is closed. */
export async function readCopy(file: string, outputs: readonly string[]): Promise<DatabaseCopy> {
  const handle = await open(file, "r");
  await rm(file);
  const { size } = await handle.stat();
  const bytes = handle.createReadStream();
  return { size, bytes, discard: () => void bytes.destroy(), outputs };
}
