import type { JobRecord } from "../../core/job-record.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Added, JobStore, StoreWrite } from "../../ports/job-store.ts";

/** Hears how long a commit took, in seconds, and whether it was done or refused. */
export type OnCommit = (seconds: number, isDone: boolean) => void;

/** A store that says how long its commits take, as long as somebody wants to know. */
export class MeteredStore implements JobStore {
  readonly #store: JobStore;
  readonly #clock: Clock;
  readonly #listeners = new Set<OnCommit>();

  constructor(store: JobStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  get durable(): boolean {
    return this.#store.durable;
  }

  /** Until the answer is disposed of. */
  onCommit(listener: OnCommit): Disposable {
    const own: OnCommit = (...commit) => listener(...commit);
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  open(): Promise<readonly JobRecord[]> {
    return this.#store.open();
  }

  add(...records: Parameters<JobStore["add"]>): Added {
    const added = this.#store.add(...records);
    if (this.#listeners.size > 0) this.#measure(added.committed);
    return added;
  }

  nextSequence(): number {
    return this.#store.nextSequence();
  }

  commit(writes: readonly StoreWrite[]): Promise<void> {
    const committed = this.#store.commit(writes);
    if (this.#listeners.size > 0) this.#measure(committed);
    return committed;
  }

  beforeSending(callback: () => void): void {
    this.#store.beforeSending(callback);
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  #measure(committed: Promise<void>): void {
    const start = this.#clock.elapsed();
    const tell = (isDone: boolean): void => {
      const seconds = (this.#clock.elapsed() - start) / 1_000;
      for (const listener of this.#listeners) listener(seconds, isDone);
    };
    // Whoever handed it over hears of a refusal.
    committed.then(
      () => tell(true),
      () => tell(false),
    );
  }
}
