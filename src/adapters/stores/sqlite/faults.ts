import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { JobEngineError } from "../../../core/errors.ts";

/** Primary result codes of SQLite, https://sqlite.org/rescode.html */
const result = {
  busy: 5,
  locked: 6,
  readOnly: 8,
  refusedByDisk: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notDatabase: 26,
};

/** A database that cannot be opened, in words for whoever starts a host. */
export function unreadable(path: string, cause: unknown): JobEngineError {
  return new JobEngineError("STORE_UNREADABLE", whyUnreadable(path, cause), { cause });
}

/** A file of a database that may only be read. */
export function notWritable(file: string, cause: unknown): JobEngineError {
  return new JobEngineError("STORE_UNREADABLE", whyNotWritable(file), { cause });
}

/** Whether a database could not be opened because another process has it. */
export function isInUse(error: unknown): boolean {
  if (!(error instanceof JobEngineError)) return false;
  const code = resultOf(error.cause);
  return code === result.busy || code === result.locked;
}

/** Why a transaction failed, in words that name no file: they reach whoever submits. */
export function whyNotWritten(error: unknown): string {
  switch (resultOf(error)) {
    case result.full:
      return "the disk is full; make room, nothing has to be started again";
    case result.refusedByDisk:
      return `${byDisk(error)}; when it takes writes again, nothing has to be started again`;
    case result.readOnly:
      return "the database can only be read; give its file and folder back to this user";
    case result.corrupt:
      return "the database is damaged; stop the host, and restore a backup";
    default:
      return messageOf(error);
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function whyUnreadable(path: string, cause: unknown): string {
  if (isFolder(path)) return `${path} is a folder, not a file`;
  switch (resultOf(cause)) {
    case result.busy:
    case result.locked:
      return `${path} is in use by another process; stop that one, or name another file`;
    case result.notDatabase:
      return `${path} is not a database; name another file`;
    case result.corrupt:
      return `${path} is damaged; restore it from a copy, or move it away to begin without jobs`;
    case result.readOnly:
      return whyNotWritable(path);
    case result.full:
      return `${path} cannot be opened, the disk is full; make room`;
    case result.refusedByDisk:
      return `${path} cannot be opened, ${byDisk(cause)}`;
    case result.cannotOpen:
      return whyNotOpened(path);
    default:
      return `${path}: ${messageOf(cause)}`;
  }
}

const whyNotWritable = (path: string): string =>
  `${path} or its folder cannot be written; give this user the right to write both`;

function whyNotOpened(path: string): string {
  if (!existsSync(dirname(path))) return `the folder of ${path} does not exist`;
  return `${path} cannot be opened; its folder must be a folder that this user may write to`;
}

/** SQLite's number says which call of the system it was. */
function byDisk(error: unknown): string {
  const code = extendedResultOf(error);
  return `the disk refused to read or write (SQLite's code ${code}): look whether it is full, has a limit, or is broken`;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** SQLite's primary result code; 0: the error is not SQLite's. */
const resultOf = (error: unknown): number => extendedResultOf(error) & 0xff;

function extendedResultOf(error: unknown): number {
  if (!(error instanceof Error && "errcode" in error)) return 0;
  return typeof error.errcode === "number" ? error.errcode : 0;
}
