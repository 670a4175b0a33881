import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";

/** How often it is looked; each look lets the disk go on. */
const looks = 5_000;

/** Resolves when so many files are in the folder: the disk takes its time to remove them. */
export async function filesOf(folder: string, count: number): Promise<void> {
  let left = await readdir(folder);
  for (let look = 1; look < looks && left.length !== count; look += 1) left = await readdir(folder);
  assert.equal(left.length, count, left.join());
}
