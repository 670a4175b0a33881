import { readdir } from "node:fs/promises";

/** Resolves when so many files are in the folder: the disk takes its time to remove them. */
export async function filesOf(folder: string, count: number): Promise<void> {
  let left = await readdir(folder);
  while (left.length !== count) left = await readdir(folder);
}
