import { crc32 } from "node:zlib";
import type { Outcome, Settlement } from "./item.ts";

/** That an instance was taken, as it stands in the journal: not what a peer had to say of it. */
export interface Acknowledgement {
  /** Of its item. */
  readonly id: number;
  readonly isToCommit: boolean | "if-ordered";
  /** Epoch milliseconds. */
  readonly now: number;
}

/** One in a journal. */
export interface JournaledAcknowledgement extends Acknowledgement {
  /** From 1, one more with each. */
  readonly number: number;
}

/** Bytes of a record: none stands in two sectors of a disk. */
export const recordSize = 64;

/** So many stand in a journal; then the first place is written again. */
export const recordCount = 1_024;

/** Of the bytes that the sum is of; what is behind it is not used. */
const summedSize = 31;
const sumAt = 32;

/** Where the journal of a database stands. */
export const journalOf = (database: string): string => `${database}-acknowledged`;

/** The place of what is to be committed is how it is written. */
export const commitNumbers = [false, true, "if-ordered"] as const;

/** `generation`: of the journal, at most six bytes. */
export function writeRecord(
  record: Buffer,
  generation: number,
  { number, id, isToCommit, now }: JournaledAcknowledgement,
): void {
  record.writeDoubleLE(number, 0);
  record.writeDoubleLE(id, 8);
  record.writeDoubleLE(now, 16);
  record.writeUIntLE(generation, 24, 6);
  record.writeUInt8(commitNumbers.indexOf(isToCommit), 30);
  record.writeUInt32LE(crc32(record.subarray(0, summedSize)), sumAt);
}

/** Null: it is torn, was never written, or is of another generation. */
export function readRecord(record: Buffer, generation: number): JournaledAcknowledgement | null {
  if (record.length < recordSize) return null;
  if (record.readUInt32LE(sumAt) !== crc32(record.subarray(0, summedSize))) return null;
  const isToCommit = commitNumbers[record.readUInt8(30)];
  if (record.readUIntLE(24, 6) !== generation || isToCommit === undefined) return null;
  return {
    number: record.readDoubleLE(0),
    id: record.readDoubleLE(8),
    now: record.readDoubleLE(16),
    isToCommit,
  };
}

/** What the database is told of one that stands in a journal. */
export const settlementOf = ({
  number,
  id,
  isToCommit,
  now,
}: JournaledAcknowledgement): Settlement & { readonly number: number } => ({
  number,
  id,
  now,
  outcome: { kind: "sent", warning: null, isToCommit },
});

/** Null: more is to be said of it than a record holds. */
export function acknowledgementOf(
  id: number,
  outcome: Outcome,
  now: number,
): Acknowledgement | null {
  if (outcome.kind !== "sent" || outcome.warning !== null) return null;
  return { id, isToCommit: outcome.isToCommit ?? false, now };
}
