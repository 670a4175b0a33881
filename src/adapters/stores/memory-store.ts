import type { JobRecord, NewJobRecord } from "../../core/job-record.ts";
import type { Added, JobStore } from "../../ports/job-store.ts";
import { LocalSequences, type Sequences } from "./sequences.ts";

const done = Promise.resolve();

/**
 * The store of a host that keeps nothing: it hands out sequences and forgets the rest, because the
 * engine has every record in memory anyway. If the process dies, every job is gone.
 */
export class MemoryStore implements JobStore {
  readonly durable = false;
  readonly #sequences: Sequences;

  constructor(sequences: Sequences = new LocalSequences()) {
    this.#sequences = sequences;
  }

  open(): Promise<readonly JobRecord[]> {
    return Promise.resolve([]);
  }

  add(_record: NewJobRecord): Added {
    return { sequence: this.nextSequence(), committed: done };
  }

  nextSequence(): number {
    return this.#sequences.nextSequence();
  }

  commit(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
