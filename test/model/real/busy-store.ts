import type { JobRecord, NewJobRecord } from "../../../src/core/job-record.ts";
import type { Added, JobStore, StoreWrite } from "../../../src/ports/job-store.ts";

/** A store of which a test can ask whether it has answered everything. */
export class BusyStore implements JobStore {
  readonly #store: JobStore;
  readonly #unanswered = new Set<Promise<unknown>>();

  constructor(store: JobStore) {
    this.#store = store;
  }

  get durable(): boolean {
    return this.#store.durable;
  }

  get isIdle(): boolean {
    return this.#unanswered.size === 0;
  }

  /** Resolves when everything that was asked of it until now is answered. */
  async answered(): Promise<void> {
    await Promise.allSettled(this.#unanswered);
  }

  open(): Promise<readonly JobRecord[]> {
    return this.#store.open();
  }

  add(record: NewJobRecord): Added {
    const added = this.#store.add(record);
    void this.#watch(added.committed);
    return added;
  }

  nextSequence(): number {
    return this.#store.nextSequence();
  }

  commit(writes: readonly StoreWrite[]): Promise<void> {
    return this.#watch(this.#store.commit(writes));
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  #watch(work: Promise<void>): Promise<void> {
    this.#unanswered.add(work);
    const answered = (): void => void this.#unanswered.delete(work);
    work.then(answered, answered);
    return work;
  }
}
