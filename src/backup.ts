import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import {
  copyUnused,
  writeBackup,
  type WrittenBackup,
} from "./adapters/stores/sqlite/backup-file.ts";
import { isInUse } from "./adapters/stores/sqlite/faults.ts";

/**
 * Copies the database of a host that does not run; null: one runs, ask it.
 * @throws {JobEngineError} of writeBackup and copyUnused
 */
export async function backUpUnused(path: string, file: string): Promise<WrittenBackup | null> {
  try {
    return await writeBackup(file, (partial) => copyUnused(path, partial));
  } catch (error) {
    if (isInUse(error)) return null;
    throw error;
  }
}

/** Writes what a running host sends as a backup. @throws {JobEngineError} of writeBackup */
export function writeReceived(
  bytes: AsyncIterable<Uint8Array>,
  file: string,
): Promise<WrittenBackup> {
  return writeBackup(file, (partial) =>
    pipeline(bytes, createWriteStream(partial, { flags: "wx" })),
  );
}
