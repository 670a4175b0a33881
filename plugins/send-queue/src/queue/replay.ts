import { randomBytes } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { readRecord, recordCount, recordSize, settlementOf } from "./acknowledgement-record.ts";
import type { Settlement } from "./item.ts";
import type { QueueFile } from "./queue-file.ts";

/**
 * Takes what the last process has only written into the journal at `path` into the database, and begins a
 * new one: what stands in it from before means nothing from then on. Answers the generation of the new one;
 * null: there is none, and each acknowledgement is committed by itself.
 *
 * A crash in here changes nothing: all of it is one commit. One record is taken by the generation that the
 * database knows only, and once: whatever has become of its item since is not undone.
 */
export function replay(file: QueueFile, path: string): number | null {
  const generation = randomBytes(6).readUIntLE(0, 6);
  try {
    const left = unapplied(path, file.journal());
    file.begin();
    try {
      file.settleAll(left);
      file.beginJournal(generation);
      file.commit();
    } catch (error) {
      file.rollback();
      throw error;
    }
    // With bytes in it, so that a disk that is full later has room for it.
    writeFileSync(path, Buffer.alloc(recordCount * recordSize), { mode: 0o600 });
    return generation;
  } catch {
    // A disk that takes nothing: what was acknowledged is sent again, and never taken for something else.
    rmSync(path, { force: true });
    return null;
  }
}

/** What the database does not have, in the order it was written. */
function unapplied(
  path: string,
  { generation, applied }: { readonly generation: number; readonly applied: number },
): readonly Settlement[] {
  const bytes = read(path);
  const left: (Settlement & { readonly number: number })[] = [];
  for (let at = 0; at + recordSize <= bytes.length; at += recordSize) {
    const record = readRecord(bytes.subarray(at, at + recordSize), generation);
    if (record === null || record.number <= applied) continue;
    left.push(settlementOf(record));
  }
  return left.toSorted((one, other) => one.number - other.number);
}

/** Empty: there is none. */
function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT")
      return Buffer.alloc(0);
    throw error;
  }
}
