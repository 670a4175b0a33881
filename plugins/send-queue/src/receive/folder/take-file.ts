import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { NotDicom } from "../../part10/part10.ts";
import type { Origin } from "../../routing/origin.ts";
import type { SpoolWriter } from "../../spool/spool.ts";
import type { Intake } from "../intake.ts";
import { stampOf } from "./folder-files.ts";

/** Bytes that are read at once. */
const chunkSize = 262_144;

/** What became of a file. */
export type Fate =
  | { readonly kind: "taken" }
  /** Somebody is writing it. */
  | { readonly kind: "changed" }
  | { readonly kind: "not-dicom"; readonly reason: string };

/** What is to be taken, and how. */
export interface Taking {
  readonly path: Buffer;
  readonly stamp: string;
  readonly origin: Origin;
  /** Nobody is writing it any more, as far as anybody can tell. */
  readonly isOld: boolean;
  /** Aborted: the copy is given up. */
  readonly signal: AbortSignal;
}

/**
 * Copies a file into the spool, and has the queue know which it was: so it is taken once, whenever a process
 * ends. @throws {SpoolFull}, {QueueFailed}; what the file system throws
 */
export async function takeFile(intake: Intake, taking: Taking): Promise<Fate> {
  // No links, and nothing that blocks: the name may have become that of something else.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  await using file = await open(taking.path, flags);
  const stats = await file.stat({ bigint: true });
  if (stampOf(stats) !== taking.stamp) return { kind: "changed" };
  if (stats.size === 0n) return { kind: "not-dicom", reason: "The file is empty." };
  const writer = await intake.begin(Number(stats.size));
  try {
    await copy(file, writer, taking.signal);
    const after = await file.stat({ bigint: true });
    if (stampOf(after) !== taking.stamp) {
      await writer.discard();
      return { kind: "changed" };
    }
  } catch (error) {
    await writer.discard();
    throw error;
  }
  try {
    const examined = await intake.examine(writer, taking.isOld);
    await intake.take([examined], taking.origin, taking.stamp);
    return { kind: "taken" };
  } catch (error) {
    if (error instanceof NotDicom) return { kind: "not-dicom", reason: error.message };
    throw error;
  }
}

async function copy(file: FileHandle, writer: SpoolWriter, signal: AbortSignal): Promise<void> {
  const chunk = Buffer.allocUnsafe(chunkSize);
  for (;;) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(chunk, 0, chunk.length, null);
    if (bytesRead === 0) return;
    await writer.write(chunk.subarray(0, bytesRead));
  }
}
