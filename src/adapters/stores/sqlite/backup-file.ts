import { randomUUID } from "node:crypto";
import { constants, existsSync } from "node:fs";
import {
  access,
  copyFile,
  link,
  mkdir,
  open,
  readdir,
  realpath,
  rename,
  rm,
  stat,
} from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { JobEngineError } from "../../../core/errors.ts";
import { copyDatabase } from "./copy.ts";
import { examine, openToRead, outputsNamedIn } from "./database.ts";
import { whyNotWritten } from "./faults.ts";
import { loadSqlite } from "./load-sqlite.ts";

/** A backup that was written, closed, and read again. */
export interface WrittenBackup {
  readonly jobs: number;
  /** Files of outputs, in the folder `outputsOf(file)`. */
  readonly outputs: number;
  /** Of the database. */
  readonly bytes: number;
}

/** Where a backup is written before it has its name. */
export interface Partial {
  readonly database: string;
  /** A folder, made with the first output. */
  readonly outputs: string;
}

/** The folder of the outputs of a database, or of a backup of one. */
export const outputsOf = (database: string): string => `${database}-outputs`;

/**
 * Writes a backup: under another name first, and under its own when it was examined and is on the
 * disk; the outputs before the database. So whatever has this name is whole, and what had it before is
 * never touched.
 *
 * @throws {JobEngineError} NAME_TAKEN: the file, or the folder of its outputs, exists; STORE_UNREADABLE:
 * what was written is no database of ours; STORE_FAILED: there is no room, or no right to write; or
 * what else `write` throws. There is nothing then.
 */
export async function writeBackup(
  file: string,
  write: (partial: Partial) => Promise<void>,
): Promise<WrittenBackup> {
  for (const name of [file, outputsOf(file)]) if (existsSync(name)) throw taken(name);
  const partial = { database: `${file}.partial-${randomUUID()}`, outputs: "" };
  partial.outputs = outputsOf(partial.database);
  try {
    await access(dirname(file), constants.W_OK);
    await write(partial);
    const jobs = examine(await loadSqlite(), partial.database);
    await flush(partial.database);
    const outputs = await nameOutputs(partial.outputs, outputsOf(file));
    try {
      await giveName(partial.database, file);
    } catch (error) {
      if (outputs > 0) await rm(outputsOf(file), { recursive: true });
      throw error;
    }
    await flush(dirname(file));
    return { jobs, outputs, bytes: (await stat(file)).size };
  } catch (error) {
    throw isOfSystem(error) ? notWritten(file, error) : error;
  } finally {
    await rm(partial.database, { force: true });
    await rm(partial.outputs, { force: true, recursive: true });
  }
}

/** How many there are. */
async function nameOutputs(partial: string, folder: string): Promise<number> {
  if (!existsSync(partial)) return 0;
  const files = await readdir(partial);
  for (const file of files) await flush(join(partial, file));
  await flush(partial);
  try {
    await rename(partial, folder);
  } catch (error) {
    // Somebody else's, made meanwhile.
    throw existsSync(folder) ? taken(folder) : error;
  }
  return files.length;
}

/**
 * Refuses a name that is the database's own, or of a file beside it: a log that is no log of it would
 * damage it at the next start. @throws {JobEngineError} NAME_TAKEN
 */
export async function mustNotBelongTo(database: string, file: string): Promise<void> {
  // The database itself may be a link: files beside both of its names are its own.
  const own = [await realPlace(database), await realpath(database).catch(() => database)];
  const meant = [await realPlace(file), await realpath(file).catch(() => file)];
  const isOwn = meant.some((path) =>
    own.some((name) => path === name || path.startsWith(`${name}-`)),
  );
  if (!isOwn) return;
  throw new JobEngineError(
    "NAME_TAKEN",
    `${file} is a name of the database's own; give another name`,
  );
}

/** The path with its folder as it is called in truth, whether there is such a file or not. */
async function realPlace(path: string): Promise<string> {
  const folder = await realpath(dirname(path)).catch(() => dirname(path));
  return join(folder, basename(path));
}

/**
 * Copies a database that no host has open, and its outputs. A host that is started meanwhile is refused.
 * @throws {JobEngineError} STORE_UNREADABLE, then see isInUse; STORE_TOO_NEW; STORE_FAILED
 */
export async function copyUnused(path: string, partial: Partial): Promise<void> {
  const sqlite = await loadSqlite();
  const source = openToRead(sqlite, path);
  try {
    await copyDatabase(sqlite, source, partial.database);
    await copyOutputs(outputsOf(path), partial.outputs, outputsNamedIn(sqlite, partial.database));
  } catch (error) {
    const detail = `${partial.database} cannot be written: ${whyNotWritten(error)}`;
    throw new JobEngineError("STORE_FAILED", detail, { cause: error });
  } finally {
    source.close();
  }
}

/** What somebody else has removed is not in the copy either. */
async function copyOutputs(from: string, to: string, files: readonly string[]): Promise<void> {
  const there = files.filter((file) => isOutputFile(file) && existsSync(join(from, file)));
  if (there.length > 0) await mkdir(to);
  for (const file of there) await copyFile(join(from, file), join(to, file), copyMode);
}

const copyMode = constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE;

/** Whether it is a name that a host gives to the file of an output: no path, and nothing else. */
export const isOutputFile = (name: string): boolean =>
  /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[0-9a-f]{16}$/.test(name);

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
