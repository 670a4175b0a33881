import type { JobId } from "../core/job-id.ts";

/** The files in which outputs of jobs are. Which of them count, the records say. */
export interface OutputFiles {
  /** Begins a file; the disk is touched by the first write. */
  create(id: JobId): OutputDraft;
  /**
   * The bytes from `start` to `end`, both included; null: there is no such file any more. Whoever gets
   * them reads to the end or ends the iteration.
   */
  read(file: string, start: number, end: number): Promise<AsyncIterable<Uint8Array> | null>;
  /** Never rejects: what cannot be removed now is swept at the next start. */
  remove(files: readonly string[]): Promise<void>;
  /** Removes what no record names: left behind by a crash. REQUIRES: nothing is being written. */
  sweep(inUse: ReadonlySet<string>): Promise<void>;
  /** Nothing is written any more; resolves when what is to be removed is gone. Files of a host that keeps nothing are removed. */
  close(): Promise<void>;
}

/** A file that is being written. Calls are done in order, awaited or not. */
export interface OutputDraft {
  /** Resolves when the bytes are with the system; until then they must not change. */
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves when all is on the disk, under its final name. After an error nothing is left of it. */
  finish(): Promise<{ readonly file: string; readonly size: number }>;
  /** Leaves nothing behind. Never rejects; does nothing once `finish` has been called. */
  discard(): Promise<void>;
}
