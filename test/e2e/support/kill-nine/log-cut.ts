import { stat, truncate } from "node:fs/promises";
import { writeAheadLog } from "./protocol.ts";
import type { Random } from "./random.ts";

/**
 * SQLite brings the log into the database when it has 1,000 frames of a page and 24 bytes. From then
 * on it is not the only place of what was committed, and to lose a part of it is no crash any more.
 */
const longestLog = 1_000 * (4_096 + 24);

/** Truncates the log of a host that was killed; resolves with the length it has now, in bytes. */
export async function cutLog(folder: string, random: Random): Promise<number> {
  const { size } = await stat(writeAheadLog(folder));
  if (size >= longestLog) throw new Error(`the story is too long: its log has ${size} bytes`);
  const cutAt = random.between(0, size);
  await truncate(writeAheadLog(folder), cutAt);
  return cutAt;
}
