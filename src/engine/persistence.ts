import type { JobId } from "../core/job-id.ts";
import type { JobRecord } from "../core/job-record.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { JobStore, StoreWrite } from "../ports/job-store.ts";

/** A write that the store refused is tried again after this many milliseconds. */
const retryEveryMs = 1_000;

/** What `later` puts off is committed within this many milliseconds; see checkpointWithinMs. */
const lazyMs = 20;

type Told = () => void;

/**
 * Brings records to the store: the newest version of each, in batches, again if the store refused.
 * Nothing that was put is ever dropped; `flush` says whether all of it got there.
 */
export class Persistence {
  readonly #store: JobStore;
  readonly #clock: Clock;
  readonly #complain: (text: string) => void;
  #writes = new Map<JobId, StoreWrite>();
  #told: Told[] = [];
  #flushing: Promise<void> | null = null;
  #scheduled = false;
  #lazy: Timer | null = null;
  #again: Timer | null = null;

  constructor(store: JobStore, clock: Clock, complain: (text: string) => void) {
    this.#store = store;
    this.#clock = clock;
    this.#complain = complain;
  }

  /**
   * Commits a write with whatever else is put in this turn. `told` is called as soon as it is
   * committed, however often that takes; the promise rejects if the first try is refused.
   */
  put(write: StoreWrite, told: Told): Promise<void> {
    if (!this.#store.durable) {
      told();
      return done;
    }
    this.#writes.set(idOf(write), write);
    this.#told.push(told);
    return this.#soon();
  }

  /** Commits a record with the next batch, at the latest after 20 ms; nobody waits for it. */
  later(record: JobRecord): void {
    if (!this.#store.durable) return;
    this.#writes.set(record.id, { kind: "put", record });
    this.#lazy ??= this.#clock.at(this.#clock.now() + lazyMs, () => void this.#soon());
  }

  /** Tries to commit all that is put. @throws {JobEngineError} STORE_FAILED */
  async flush(): Promise<void> {
    if (this.#writes.size > 0) await this.#commit();
  }

  /** Stops trying again. */
  close(): void {
    this.#lazy?.cancel();
    this.#again?.cancel();
  }

  #soon(): Promise<void> {
    if (this.#flushing === null || !this.#scheduled) {
      this.#scheduled = true;
      this.#flushing = Promise.resolve().then(() => {
        this.#scheduled = false;
        return this.#commit();
      });
      // Whoever put the write hears of a refusal; without anybody it is tried again all the same.
      this.#flushing.catch(() => undefined);
    }
    return this.#flushing;
  }

  async #commit(): Promise<void> {
    const [writes, told] = [this.#writes, this.#told];
    [this.#writes, this.#told] = [new Map(), []];
    this.#lazy?.cancel();
    this.#lazy = null;
    try {
      await this.#store.commit([...writes.values()]);
    } catch (error) {
      this.#putBack(writes, told);
      throw error;
    }
    for (const tell of told) tell();
  }

  /** Newer versions put meanwhile win over those that were refused. */
  #putBack(writes: ReadonlyMap<JobId, StoreWrite>, told: readonly Told[]): void {
    this.#writes = new Map([...writes, ...this.#writes]);
    this.#told = [...told, ...this.#told];
    this.#complain("the store refused a write; it is tried again every second");
    this.#again?.cancel();
    this.#again = this.#clock.at(this.#clock.now() + retryEveryMs, () => void this.#soon());
  }
}

const done = Promise.resolve();

const idOf = (write: StoreWrite): JobId => (write.kind === "put" ? write.record.id : write.id);
