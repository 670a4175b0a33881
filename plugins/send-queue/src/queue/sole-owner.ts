import { DatabaseSync } from "node:sqlite";

/** One that is about to end is waited for so long, in milliseconds. */
const waitMs = 2_000;

/**
 * Has the queue at `path` to itself until it is closed, against other processes and other hosts of this one:
 * each would send what the other sends, and remove what the other is about to write. The lock is the system's,
 * on an empty file beside the queue: it ends with the process, however that ends, and whoever only looks on
 * needs none. @throws {Error} somebody else has it; what the file system throws
 */
export function ownAlone(path: string): { readonly close: () => void } {
  const lock = new DatabaseSync(`${path}-lock`);
  try {
    lock.exec(`PRAGMA busy_timeout = ${waitMs}; BEGIN EXCLUSIVE`);
    return lock;
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    throw new Error(
      "Another host has this send queue open: give each a SendQueue.Directory of its own.",
      { cause: error },
    );
  }
}

/** SQLite's code of what somebody else has locked. */
const isBusy = (error: unknown): boolean =>
  error instanceof Error && "errcode" in error && error.errcode === 5;
