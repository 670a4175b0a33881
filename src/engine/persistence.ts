import { JobEngineError } from "../core/errors.ts";
import type { JobId } from "../core/job-id.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { JobStore, StoreWrite } from "../ports/job-store.ts";
import type { LogLevel } from "../ports/job.ts";

/** A write that the store refused is tried again after this many milliseconds. */
const retryEveryMs = 1_000;

/** What `later` puts off is committed within this many milliseconds. */
const lazyMs = 20;

/** Called when a write is committed. `late`: it was refused, and not for the first time. */
export type Told = (() => void) & { late?(): void };
type ToldById = Map<JobId, readonly Told[]>;

/** What the store refused of one job. */
interface Refused {
  /** The latest batch that was refused. */
  readonly batch: number;
  /** Whom to tell once their batch, or a later one, is committed. */
  readonly waiting: readonly { readonly batch: number; readonly tell: Told }[];
}

/** So many writes are a batch at most: the store need not wait for the rest of a long turn. */
const mostAtOnce = 64;

const done = Promise.resolve();

/** Who knows the jobs as they are. */
export interface CurrentJobs {
  /** The write that brings the store's copy of a job up to date: a put, or a delete if it is gone. */
  write(id: JobId): StoreWrite;
  /** Called as a batch is sent: the jobs of it that will be gone when it is committed. */
  leave(): readonly JobId[];
}

/**
 * Brings changes to the store in batches, in order, and again if the store refused: then as the job
 * is by that time, so that an older version never follows a newer one. Nothing that was put is ever
 * dropped; `flush` says whether all of it got there.
 */
export class Persistence {
  readonly #store: JobStore;
  readonly #clock: Clock;
  readonly #current: CurrentJobs;
  readonly #log: (level: LogLevel, text: string) => void;
  #writes = new Map<JobId, StoreWrite>();
  #told: ToldById = new Map();
  /** Whoever waits for the batch that is sent next. */
  #next: PromiseWithResolvers<void> | null = null;
  /** Whether it is sent when what runs now is done, and at the end of this turn of the process. */
  #isSoon = false;
  #isAtEnd = false;
  readonly #sent = new Set<Promise<void>>();
  readonly #refused = new Map<JobId, Refused>();
  /** Batches sent so far: the number of the last one. */
  #batches = 0;
  /** The store refuses: said once, not with every try. */
  #isInTrouble = false;
  #isClosed = false;
  #lazy: Timer | null = null;
  #again: Timer | null = null;

  constructor(
    store: JobStore,
    clock: Clock,
    current: CurrentJobs,
    log: (level: LogLevel, text: string) => void,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#current = current;
    this.#log = log;
  }

  /**
   * Commits a write with whatever else is put at the same time. `told` is called as soon as it is
   * committed, however often that takes; the promise rejects if the first try is refused.
   */
  put(write: StoreWrite, told: Told): Promise<void> {
    return this.#put(write, told, () => this.#soon());
  }

  /**
   * Like `put`, but with whatever else is put in this turn of the process: for ends, of which there
   * may be many, and which nothing follows that would have to wait for them.
   */
  putAtEnd(write: StoreWrite, told: Told): Promise<void> {
    return this.#put(write, told, () => this.#atEnd());
  }

  /**
   * Like `put`, but the write is in the store's queue when this returns: for jobs that others write
   * too. What they put there from now on comes after it.
   */
  putNow(write: StoreWrite, told: Told): Promise<void> {
    if (this.#isClosed || !this.#store.durable) return this.put(write, told);
    this.#take(write, told);
    return this.#send();
  }

  /** What there would be to put is in the store already. `told` is called as after a `put`. */
  async putBefore(told: Told): Promise<void> {
    await done;
    told();
  }

  /** Commits a write with the next batch, at the latest after 20 ms; nobody waits for it. */
  later(write: StoreWrite): void {
    if (!this.#store.durable || this.#isClosed) return;
    this.#take(write);
    this.#lazy ??= this.#clock.after(lazyMs, () => this.#soon());
  }

  /** Tries to commit all that is put. @throws {JobEngineError} STORE_FAILED */
  async flush(): Promise<void> {
    await this.#send().catch(ignore);
    await Promise.allSettled(this.#sent);
    if (this.#refused.size > 0) await this.#sendAgain();
  }

  /** Whether what is put survives the process. */
  get isDurable(): boolean {
    return this.#store.durable;
  }

  /** Whether the store refuses what it is given; it is tried again every second. */
  get isInTrouble(): boolean {
    return this.#isInTrouble;
  }

  /** Takes nothing more and stops trying again. */
  close(): void {
    this.#isClosed = true;
    this.#lazy?.cancel();
    this.#again?.cancel();
  }

  #take(write: StoreWrite, told?: Told): void {
    const id = idOf(write);
    if (told !== undefined) add(this.#told, id, [told]);
    const before = this.#writes.get(id);
    // A whole put that has not been sent yet must stay one.
    const isWhole = before?.kind === "put" && write.kind === "put-state";
    this.#writes.set(id, isWhole ? { kind: "put", record: write.record } : write);
  }

  #put(write: StoreWrite, told: Told, schedule: () => void): Promise<void> {
    if (this.#isClosed) return Promise.reject(new JobEngineError("CLOSING"));
    // Never at once: what hears of the change may ask for the next, and must find this one done.
    if (!this.#store.durable) return done.then(told);
    this.#take(write, told);
    schedule();
    const sent = this.#nextSent();
    if (this.#writes.size >= mostAtOnce) this.#send().catch(ignore);
    return sent;
  }

  #nextSent(): Promise<void> {
    if (this.#next === null) {
      this.#next = Promise.withResolvers();
      // Whoever put the write hears of a refusal; without anybody it is tried again all the same.
      this.#next.promise.catch(ignore);
    }
    return this.#next.promise;
  }

  #soon(): void {
    if (this.#isSoon) return;
    this.#isSoon = true;
    void done.then(() => {
      this.#isSoon = false;
      this.#send().catch(ignore);
    });
  }

  #atEnd(): void {
    if (this.#isAtEnd) return;
    this.#isAtEnd = true;
    this.#store.beforeSending(() => {
      this.#isAtEnd = false;
      this.#send().catch(ignore);
    });
  }

  #send(): Promise<void> {
    for (const id of this.#current.leave()) this.#writes.set(id, { kind: "delete", id });
    const [writes, told, next] = [this.#writes, this.#told, this.#next];
    [this.#writes, this.#told, this.#next] = [new Map(), new Map(), null];
    this.#lazy?.cancel();
    this.#lazy = null;
    const sent = writes.size === 0 ? done : this.#track([...writes.values()], told);
    next?.resolve(sent);
    return sent;
  }

  /** What was refused, as it is now, each by itself: nobody is refused for a neighbour's fault. */
  async #sendAgain(): Promise<void> {
    const ids = [...this.#refused.keys()];
    await Promise.all(ids.map((id) => this.#track([this.#current.write(id)], new Map())));
  }

  #track(writes: readonly StoreWrite[], told: ToldById): Promise<void> {
    const sent = this.#commit(writes, told);
    this.#sent.add(sent);
    sent.catch(ignore).finally(() => this.#sent.delete(sent));
    return sent;
  }

  async #commit(writes: readonly StoreWrite[], told: ToldById): Promise<void> {
    const batch = (this.#batches += 1);
    const ids = writes.map(idOf);
    try {
      await this.#store.commit(writes);
    } catch (error) {
      for (const id of ids) this.#refuse(id, batch, told.get(id) ?? []);
      this.#tryAgain(error);
      throw error;
    }
    for (const id of ids) {
      for (const tell of [...this.#settled(id, batch), ...(told.get(id) ?? [])]) tell();
    }
    this.#isOverIt();
  }

  #refuse(id: JobId, batch: number, told: readonly Told[]): void {
    const before = this.#refused.get(id) ?? { batch, waiting: [] };
    for (const { tell } of before.waiting) tell.late?.();
    const waiting = [...before.waiting, ...told.map((tell) => ({ batch, tell }))];
    this.#refused.set(id, { batch: Math.max(batch, before.batch), waiting });
  }

  /**
   * Who waited for this batch or an earlier one. A later one may have been refused before this was
   * committed, when a store's thread died between them: then the job is still to be written again.
   */
  #settled(id: JobId, batch: number): readonly Told[] {
    const refused = this.#refused.get(id);
    if (refused === undefined) return [];
    if (refused.batch <= batch) this.#refused.delete(id);
    else {
      const waiting = refused.waiting.filter((each) => each.batch > batch);
      this.#refused.set(id, { ...refused, waiting });
    }
    return refused.waiting.filter((each) => each.batch <= batch).map(({ tell }) => tell);
  }

  #isOverIt(): void {
    if (!this.#isInTrouble || this.#refused.size > 0) return;
    this.#isInTrouble = false;
    this.#log("info", "the store has taken everything that it had refused");
  }

  #tryAgain(refusal: unknown): void {
    if (!this.#isInTrouble) {
      const why = refusal instanceof Error ? refusal.message : String(refusal);
      this.#log("error", `a write is tried again every second until the store takes it: ${why}`);
    }
    this.#isInTrouble = true;
    this.#again?.cancel();
    this.#again = this.#clock.after(retryEveryMs, () => {
      this.#sendAgain().catch(ignore);
    });
  }
}

const idOf = (write: StoreWrite): JobId => (write.kind === "delete" ? write.id : write.record.id);

function add(list: ToldById, id: JobId, told: readonly Told[]): void {
  list.set(id, [...(list.get(id) ?? []), ...told]);
}

/** For what is heard of elsewhere. */
function ignore(): void {}
