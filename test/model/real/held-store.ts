import { JobEngineError } from "../../../src/core/errors.ts";
import type { JobRecord, NewJobRecord } from "../../../src/core/job-record.ts";
import type { Added, JobStore, StoreWrite } from "../../../src/ports/job-store.ts";

/** A commit that was asked for and has not reached the store. */
interface HeldCommit {
  readonly writes: readonly StoreWrite[];
  readonly answer: PromiseWithResolvers<void>;
}

/** Any store, between whose back and front a test can stand: it holds commits, and refuses them. */
export class HeldStore implements JobStore {
  readonly #store: JobStore;
  readonly #unanswered = new Set<Promise<unknown>>();
  /** Null: nothing is held. */
  #held: HeldCommit[] | null = null;
  #refusals = 0;

  constructor(store: JobStore) {
    this.#store = store;
  }

  get durable(): boolean {
    return this.#store.durable;
  }

  /** Whether it has answered everything, but for what is held. */
  get isIdle(): boolean {
    return this.#unanswered.size === 0;
  }

  /** Resolves when everything that was asked of it until now is answered, but for what is held. */
  async answered(): Promise<void> {
    await Promise.allSettled(this.#unanswered);
  }

  /** From now on nothing reaches the store. */
  hold(): void {
    this.#held = [];
  }

  /** The oldest of the held commits reach the store; if they are not heard, nobody is answered. */
  async letThrough(count: number, isHeard: boolean): Promise<void> {
    for (const { writes, answer } of this.#held?.splice(0, count) ?? []) {
      await this.#store.commit(writes);
      if (isHeard) answer.resolve();
    }
  }

  /** Refuses the next commit. */
  refuse(): void {
    this.#refusals = 1;
  }

  /** Whether that commit has come; from now on none is refused. */
  hasRefused(): boolean {
    const hasRefused = this.#refusals === 0;
    this.#refusals = 0;
    return hasRefused;
  }

  open(): Promise<readonly JobRecord[]> {
    return this.#store.open();
  }

  add(record: NewJobRecord, ...more: readonly NewJobRecord[]): Added {
    if (this.#held === null && this.#refusals === 0) {
      const added = this.#store.add(record, ...more);
      void this.#watch(added.committed);
      return added;
    }
    const sequences = [record, ...more].map(() => this.nextSequence());
    const writes = [record, ...more].map((one, at): StoreWrite => {
      return { kind: "put", record: { ...one, sequence: sequences[at] ?? 0 } };
    });
    return { sequence: sequences[0] ?? 0, committed: this.commit(writes) };
  }

  nextSequence(): number {
    return this.#store.nextSequence();
  }

  beforeSending(callback: () => void): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    void this.#watch(promise);
    this.#store.beforeSending(() => {
      resolve();
      callback();
    });
  }

  commit(writes: readonly StoreWrite[]): Promise<void> {
    if (this.#refusals > 0) {
      this.#refusals -= 1;
      return Promise.reject(new JobEngineError("STORE_FAILED", "the test says so"));
    }
    if (this.#held === null) return this.#watch(this.#store.commit(writes));
    const answer = Promise.withResolvers<void>();
    this.#held.push({ writes, answer });
    return answer.promise;
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
