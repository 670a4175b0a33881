import type { JobId } from "../core/job-id.ts";
import type { JobRecord, NewJobRecord } from "../core/job-record.ts";

/**
 * Where records are kept. Writes are applied in the order they were handed over, whole or not at
 * all; one that failed has changed nothing. Nothing here may be called after `close`.
 */
export interface JobStore {
  /** Whether a committed record survives the process. False: every job is gone with the host. */
  readonly durable: boolean;
  /**
   * Reads what is there, by sequence. Once, before anything else.
   * @throws {JobEngineError} STORE_UNREADABLE, STORE_TOO_NEW
   */
  open(): Promise<readonly JobRecord[]>;
  /**
   * Gives new records the next sequences and queues their write, in one step, so that commit order
   * is sequence order. All of them are written, or none; refused ones leave a gap.
   */
  add(record: NewJobRecord, ...more: readonly NewJobRecord[]): Added;
  /** The next sequence, for a resubmit. */
  nextSequence(): number;
  /**
   * Queues writes as one transaction. Resolves when it is committed.
   * @throws {JobEngineError} STORE_FAILED: nothing of it was written
   */
  commit(writes: readonly StoreWrite[]): Promise<void>;
  /**
   * Calls back once, soon after this turn of the process. What was handed over in it and has not gone
   * its way yet goes after that, together with what is handed over then.
   */
  beforeSending(callback: () => void): void;
  /** Commits what is queued, then lets go of everything. Idempotent. */
  close(): Promise<void>;
}

export interface Added {
  /** Of the first record; the others follow. */
  readonly sequence: number;
  /** Resolves when they are committed; rejects with STORE_FAILED: they are not in the store. */
  readonly committed: Promise<void>;
}

export type StoreWrite =
  /** Replaces the record with the same id; `submittedState` only changes when it is added. */
  | { readonly kind: "put"; readonly record: JobRecord }
  /**
   * The same, but for what a run that saves itself writes into the store on its own: `currentState`,
   * `progress`, `content`, `runtimeMs` and `resetDue` of an existing record stay as they are.
   */
  | { readonly kind: "put-state"; readonly record: JobRecord }
  | { readonly kind: "delete"; readonly id: JobId };
