import { constants, existsSync } from "node:fs";
import { access, link, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { JobEngineError } from "../../../core/errors.ts";
import { copyDatabase } from "./copy.ts";
import { examine, openToRead } from "./database.ts";
import { whyNotWritten } from "./faults.ts";
import { loadSqlite } from "./load-sqlite.ts";

/** A backup that was written, closed, and read again. */
export interface WrittenBackup {
  readonly jobs: number;
  readonly bytes: number;
}

/**
 * Writes a backup: under another name first, and under its own when it was examined and is on the
 * disk. So whatever has this name is whole, and what had it before is never touched.
 *
 * @throws {JobEngineError} NAME_TAKEN: the file exists; STORE_UNREADABLE: what was written is no
 * database of ours; STORE_FAILED: there is no room, or no right to write; or what else `write` throws.
 * There is no file then.
 */
export async function writeBackup(
  file: string,
  write: (partial: string) => Promise<void>,
): Promise<WrittenBackup> {
  if (existsSync(file)) throw taken(file);
  const partial = `${file}.partial-${process.pid}`;
  try {
    await access(dirname(file), constants.W_OK);
    await write(partial);
    const jobs = examine(await loadSqlite(), partial);
    await flush(partial);
    await giveName(partial, file);
    await flush(dirname(file));
    return { jobs, bytes: (await stat(file)).size };
  } catch (error) {
    throw isOfSystem(error) ? notWritten(file, error) : error;
  } finally {
    await rm(partial, { force: true });
  }
}

/**
 * Copies a database that no host has open. A host that is started meanwhile is refused.
 * @throws {JobEngineError} STORE_UNREADABLE, then see isInUse; STORE_TOO_NEW; STORE_FAILED
 */
export async function copyUnused(path: string, partial: string): Promise<void> {
  const sqlite = await loadSqlite();
  const source = openToRead(sqlite, path);
  try {
    await copyDatabase(sqlite, source, partial);
  } catch (error) {
    const detail = `${partial} cannot be written: ${whyNotWritten(error)}`;
    throw new JobEngineError("STORE_FAILED", detail, { cause: error });
  } finally {
    source.close();
  }
}

/** A link fails if the name is taken. Not every file system has links: FAT on a stick has none. */
async function giveName(partial: string, file: string): Promise<void> {
  try {
    await link(partial, file);
  } catch (error) {
    if (existsSync(file)) throw taken(file);
    if (!isWithoutLinks(error)) throw error;
    await rename(partial, file);
  }
}

function isWithoutLinks(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return code === "EPERM" || code === "ENOTSUP" || code === "ENOSYS" || code === "EINVAL";
}

async function flush(path: string): Promise<void> {
  await using handle = await open(path, "r");
  // Windows flushes no folders, and no files that are open for reading only.
  if (process.platform !== "win32") await handle.sync();
}

/** An error of the file system, not one of a host that sends the bytes. */
function isOfSystem(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}

function notWritten(file: string, error: NodeJS.ErrnoException): JobEngineError {
  const detail = `${file} cannot be written (${String(error.code)}); make room, or give another name`;
  return new JobEngineError("STORE_FAILED", detail, { cause: error });
}

const taken = (file: string): JobEngineError =>
  new JobEngineError("NAME_TAKEN", `${file} exists; a backup never overwrites, give another name`);
