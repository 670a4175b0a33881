import type { BigIntStats } from "node:fs";
import { lstat, opendir } from "node:fs/promises";
import { join } from "node:path";

/** A file in a watched folder. */
export interface FolderFile {
  /** Below the folder. */
  readonly name: string;
  readonly stamp: string;
}

/** Where the files go that are done, and those that are no DICOM; of a folder, at its top. */
export const doneFolder = "done";
export const rejectedFolder = "rejected";

/** Deeper folders are nobody's export. */
const maxDepth = 16;

/** What programs call a file that they are still writing; and a name that begins with a dot. */
const unfinished = /^\.|\.(?:tmp|temp|part|partial|filepart|crdownload|writing)$/i;

/**
 * Which file it is, and which bytes it has: it stays when the file is renamed, and changes when it is
 * written.
 */
export const stampOf = ({ dev, ino, size, mtimeNs }: BigIntStats): string =>
  `${dev}:${ino}:${size}:${mtimeNs}`;

/** Every file below a folder that may be complete; no links, and nothing that was put away. */
export async function* filesIn(folder: string): AsyncGenerator<FolderFile, void, void> {
  yield* filesBelow(folder, "", 0);
}

async function* filesBelow(
  folder: string,
  below: string,
  depth: number,
): AsyncGenerator<FolderFile, void, void> {
  for await (const entry of await opendir(join(folder, below))) {
    const name = join(below, entry.name);
    if (unfinished.test(entry.name)) continue;
    if (entry.isDirectory()) {
      if (depth < maxDepth && !isPutAway(name)) yield* filesBelow(folder, name, depth + 1);
    } else if (entry.isFile()) {
      const file = await fileAt(folder, name);
      if (file !== null) yield file;
    }
  }
}

const isPutAway = (name: string): boolean => name === doneFolder || name === rejectedFolder;

/** Null: it is gone, or something else by now. */
async function fileAt(folder: string, name: string): Promise<FolderFile | null> {
  const stats = await lstat(join(folder, name), { bigint: true }).catch(() => null);
  return stats?.isFile() === true ? { name, stamp: stampOf(stats) } : null;
}
