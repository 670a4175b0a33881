import type { BigIntStats, Dir, Dirent } from "node:fs";
import { lstat, opendir } from "node:fs/promises";
import { join } from "node:path";

/** A file in a watched folder. */
export interface FolderFile {
  /** Below the folder, with a character for each byte: a name need not be text in anybody's encoding. */
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

/** Where a file stands. */
export const pathOf = (folder: string, name: string): Buffer =>
  Buffer.concat([Buffer.from(folder), Buffer.from("/"), Buffer.from(name, "latin1")]);

/** Hears of a folder below that cannot be looked through, and why; what it throws ends the look. */
export type OnUnreadable = (error: unknown) => void;

/**
 * Every file below a folder that may be complete; no links, and nothing that was put away. A folder in it that
 * cannot be read, as the `lost+found` of a disk, keeps no other back. @throws what reading the folder itself throws
 */
export async function* filesIn(
  folder: string,
  onUnreadable: OnUnreadable,
): AsyncGenerator<FolderFile, void, void> {
  for await (const entry of await opened(folder, ".")) {
    yield* filesAt(folder, entry, { name: entry.name, depth: 0, onUnreadable });
  }
}

interface Place {
  readonly name: string;
  readonly depth: number;
  readonly onUnreadable: OnUnreadable;
}

/** What stands there: a file, or those of a folder. */
async function* filesAt(
  folder: string,
  entry: Dirent,
  place: Place,
): AsyncGenerator<FolderFile, void, void> {
  const { name, depth } = place;
  if (unfinished.test(entry.name)) return;
  if (entry.isDirectory() && depth < maxDepth && !isPutAway(name)) {
    yield* filesBelow(folder, place);
  } else if (entry.isFile()) {
    const file = await fileAt(folder, name);
    if (file !== null) yield file;
  }
}

async function* filesBelow(
  folder: string,
  { name, depth, onUnreadable }: Place,
): AsyncGenerator<FolderFile, void, void> {
  try {
    for await (const entry of await opened(folder, name)) {
      const place = { name: join(name, entry.name), depth: depth + 1, onUnreadable };
      yield* filesAt(folder, entry, place);
    }
  } catch (error) {
    // One that is gone by now has no files.
    if (codeOf(error) !== "ENOENT") onUnreadable(error);
  }
}

/** The encoding that has a character for each byte. */
const opened = (folder: string, name: string): Promise<Dir> =>
  opendir(pathOf(folder, name), { encoding: "latin1" });

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "";

const isPutAway = (name: string): boolean => name === doneFolder || name === rejectedFolder;

/** Null: it is gone, or something else by now. */
async function fileAt(folder: string, name: string): Promise<FolderFile | null> {
  const stats = await lstat(pathOf(folder, name), { bigint: true }).catch(() => null);
  return stats?.isFile() === true ? { name, stamp: stampOf(stats) } : null;
}
