import { closeSync, openSync, writeSync } from "node:fs";
import {
  recordCount,
  recordSize,
  writeRecord,
  type Acknowledgement,
} from "./acknowledgement-record.ts";

/**
 * What was acknowledged and does not stand in the database yet, in a file of fixed size beside it: written
 * by the thread that sends, without a hop to another one, and read at the next start (`replay.ts`). It is
 * never synced. If only the process ends, what was written stays; for a machine that loses its power
 * there is the log of the database.
 */
export class AcknowledgementJournal {
  readonly #file: number;
  readonly #generation: number;
  readonly #record: Buffer = Buffer.alloc(recordSize);
  #last = 0;
  /** All up to this one stand in the database: their places are free. */
  #freed = 0;

  private constructor(file: number, generation: number) {
    this.#file = file;
    this.#generation = generation;
  }

  /** Null: it cannot be opened, and there is none. */
  static open(path: string, generation: number): AcknowledgementJournal | null {
    try {
      return new AcknowledgementJournal(openSync(path, "r+"), generation);
    } catch {
      return null;
    }
  }

  /** Answers its number; null: there is no place for it, or the disk does not take it. */
  append(acknowledgement: Acknowledgement): number | null {
    const number = this.#last + 1;
    if (number - this.#freed > recordCount) return null;
    writeRecord(this.#record, this.#generation, { ...acknowledgement, number });
    try {
      const at = ((number - 1) % recordCount) * recordSize;
      if (writeSync(this.#file, this.#record, 0, recordSize, at) < recordSize) return null;
    } catch {
      return null;
    }
    this.#last = number;
    return number;
  }

  /** They stand in the database. */
  free(upTo: number): void {
    this.#freed = Math.max(this.#freed, upTo);
  }

  close(): void {
    closeSync(this.#file);
  }
}
