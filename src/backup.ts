import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import {
  copyUnused,
  isOutputFile,
  mustNotBelongTo,
  writeBackup,
  type Partial,
  type WrittenBackup,
} from "./adapters/stores/sqlite/backup-file.ts";
import { isInUse } from "./adapters/stores/sqlite/faults.ts";
import { filesOfTar } from "./adapters/tar.ts";

/** @throws {JobEngineError} NAME_TAKEN: the file would be the database itself, or one of its own */
export { mustNotBelongTo };

/**
 * Copies the database of a host that does not run, and its outputs; null: one runs, ask it.
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
  return writeBackup(file, (partial) => unpack(bytes, partial));
}

async function unpack(archive: AsyncIterable<Uint8Array>, partial: Partial): Promise<void> {
  for await (const { name, bytes } of filesOfTar(archive)) {
    const path = placeOf(name, partial);
    if (path !== partial.database) await mkdir(partial.outputs, { recursive: true });
    await pipeline(bytes, createWriteStream(path, { flags: "wx" }));
  }
}

/** Whoever sends it must not choose where it goes. */
function placeOf(name: string, { database, outputs }: Partial): string {
  const [folder, file = "", ...more] = name.split("/");
  if (name === "baton.db") return database;
  const isOutput = folder === "baton.db-outputs" && more.length === 0 && isOutputFile(file);
  if (isOutput) return join(outputs, file);
  throw new Error("the host has sent something that is no backup");
}
