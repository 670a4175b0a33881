import { JobEngineError } from "../core/errors.ts";
import type { JobId } from "../core/job-id.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { JobStore, StoreWrite } from "../ports/job-store.ts";

/** A write that the store refused is tried again after this many milliseconds. */
const retryEveryMs = 1_000;

/** What `later` puts off is committed within this many milliseconds. */
const lazyMs = 20;

type Told = () => void;

const done = Promise.resolve();

/** The write that brings the store's copy of a job up to date: a put, or a delete if it is gone. */
export type CurrentWrite = (id: JobId) => StoreWrite;

/**
 * Brings changes to the store in batches, in order, and again if the store refused: then as the job
 * is by that time, so that an older version never follows a newer one. Nothing that was put is ever
 * dropped; `flush` says whether all of it got there.
 */
export class Persistence {
  readonly #store: JobStore;
  readonly #clock: Clock;
  readonly #current: CurrentWrite;
  readonly #complain: (text: string) => void;
  #writes = new Map<JobId, StoreWrite>();
  #told: Told[] = [];
  /** The batch that is sent at the end of this turn. */
  #next: Promise<void> | null = null;
  readonly #sent = new Set<Promise<void>>();
  readonly #refused = new Set<JobId>();
  #isClosed = false;
  #lazy: Timer | null = null;
  #again: Timer | null = null;

  constructor(
    store: JobStore,
    clock: Clock,
    current: CurrentWrite,
    complain: (text: string) => void,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#current = current;
    this.#complain = complain;
  }

  /**
   * Commits a write with whatever else is put in this turn. `told` is called as soon as it is
   * committed, however often that takes; the promise rejects if the first try is refused.
   */
  put(write: StoreWrite, told: Told): Promise<void> {
    if (this.#isClosed) return Promise.reject(new JobEngineError("CLOSING"));
    // Never at once: what hears of the change may ask for the next, and must find this one done.
    if (!this.#store.durable) return done.then(told);
    this.#take(write);
    this.#told.push(told);
    return this.#soon();
  }

  /**
   * Like `put`, but the write is in the store's queue when this returns: for jobs that others write
   * too. What they put there from now on comes after it.
   */
  putNow(write: StoreWrite, told: Told): Promise<void> {
    if (this.#isClosed || !this.#store.durable) return this.put(write, told);
    this.#take(write);
    this.#told.push(told);
    return this.#send();
  }

  /** Commits a write with the next batch, at the latest after 20 ms; nobody waits for it. */
  later(write: StoreWrite): void {
    if (!this.#store.durable || this.#isClosed) return;
    this.#take(write);
    this.#lazy ??= this.#clock.at(this.#clock.now() + lazyMs, () => void this.#soon());
  }

  /** Tries to commit all that is put. @throws {JobEngineError} STORE_FAILED */
  async flush(): Promise<void> {
    await Promise.allSettled(this.#sent);
    for (const id of this.#refused) this.#writes.set(id, this.#current(id));
    if (this.#writes.size > 0) await this.#send();
  }

  /** Takes nothing more and stops trying again. */
  close(): void {
    this.#isClosed = true;
    this.#lazy?.cancel();
    this.#again?.cancel();
  }

  #take(write: StoreWrite): void {
    const id = write.kind === "delete" ? write.id : write.record.id;
    const before = this.#writes.get(id);
    // A whole put that has not been sent yet must stay one.
    const isWhole = before?.kind === "put" && write.kind === "put-state";
    this.#writes.set(id, isWhole ? { kind: "put", record: write.record } : write);
  }

  #soon(): Promise<void> {
    this.#next ??= done.then(() => this.#send());
    // Whoever put the write hears of a refusal; without anybody it is tried again all the same.
    this.#next.catch(() => undefined);
    return this.#next;
  }

  #send(): Promise<void> {
    const [writes, told] = [this.#writes, this.#told];
    [this.#writes, this.#told, this.#next] = [new Map(), [], null];
    this.#lazy?.cancel();
    this.#lazy = null;
    if (writes.size === 0) return done;
    for (const id of writes.keys()) this.#refused.delete(id);
    const sent = this.#commit([...writes.values()], told);
    this.#sent.add(sent);
    // The same as above.
    sent.catch(() => undefined).finally(() => this.#sent.delete(sent));
    return sent;
  }

  async #commit(writes: readonly StoreWrite[], told: readonly Told[]): Promise<void> {
    try {
      await this.#store.commit(writes);
    } catch (error) {
      this.#tryAgain(writes, told);
      throw error;
    }
    for (const tell of told) tell();
  }

  #tryAgain(writes: readonly StoreWrite[], told: readonly Told[]): void {
    for (const write of writes) {
      this.#refused.add(write.kind === "delete" ? write.id : write.record.id);
    }
    this.#told = [...told, ...this.#told];
    this.#complain("the store refused a write; it is tried again every second");
    this.#again?.cancel();
    this.#again = this.#clock.at(this.#clock.now() + retryEveryMs, () => {
      for (const id of this.#refused) this.#writes.set(id, this.#current(id));
      void this.#soon();
    });
  }
}
