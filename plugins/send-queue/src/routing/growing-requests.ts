import { randomUUID } from "node:crypto";
import type { QueueRequest } from "../queue/item.ts";

/** A request takes in what comes within so long after the last; milliseconds. */
const quietMs = 5_000;

/** Then another one is begun; milliseconds, and instances. */
const maxAgeMs = 600_000;
const maxInstances = 10_000;

/** So many that nobody has ended are looked through. */
const manyRequests = 1_000;

interface Growing {
  readonly key: string;
  readonly request: QueueRequest;
  readonly study: string;
  readonly begunAt: number;
  lastAt: number;
  instances: number;
  /** Instances that are on their way into it. */
  entering: number;
  /** Instances that have entered it. */
  entered: number;
  /** Its job has seen so many of these, and sleeps until something is due; null: it does not. */
  seen: number | null;
  /** Undefined: it has none, and needs none yet; null: one is being submitted. */
  job: string | null | undefined;
}

/** What the requests need to know of jobs, and have done to them. */
export interface GrowingJobs {
  /** Whether a job has not ended. */
  isAlive(job: string): boolean;
  /** Has a job that sleeps, or is about to, begin again now. */
  wake(job: string): void;
}

/** Where an instance is on its way to. */
export interface Place {
  readonly request: QueueRequest;
  /** Of the request, as Orthanc has it. */
  readonly study: string;
  /** It has entered, or has not. Answers whether the request needs a job now. */
  readonly done: (hasEntered: boolean) => boolean;
  /** The job that was needed. */
  readonly started: (job: string) => void;
}

/**
 * Requests that take in what comes: the instances of one study for one destination are one job, and
 * not one each. A job whose instances are all sent asks whether it may end.
 */
export class GrowingRequests {
  readonly #byKey = new Map<string, Growing>();
  readonly #byId = new Map<string, Growing>();
  readonly #now: () => number;
  readonly #jobs: GrowingJobs;

  /** `now`: of a clock that nobody sets; milliseconds. */
  constructor(jobs: GrowingJobs, now: () => number = () => performance.now()) {
    this.#jobs = jobs;
    this.#now = now;
  }

  /** A place for an instance of a study. Say when it is done. */
  placeFor(destination: string, study: string, priority: number): Place {
    const key = `${destination} ${study} ${priority}`;
    const now = this.#now();
    const growing = this.#usable(key, now) ?? this.#begin(key, { destination, study, priority });
    growing.entering += 1;
    growing.instances += 1;
    growing.lastAt = now;
    return {
      request: growing.request,
      study,
      done: (hasEntered) => {
        growing.entering -= 1;
        growing.lastAt = this.#now();
        if (!hasEntered) return false;
        growing.entered += 1;
        this.#wake(growing);
        if (growing.job !== undefined) return false;
        growing.job = null;
        return true;
      },
      started: (job) => {
        growing.job = job;
        // By now it may sleep, and something have entered since.
        this.#wake(growing);
      },
    };
  }

  /** How many instances have entered a request by now; 0: nothing enters it any more. */
  entered(request: string): number {
    return this.#byId.get(request)?.entered ?? 0;
  }

  /**
   * Its job is about to sleep until something of it is due, having seen the first so many that have `entered` it.
   * False: it has not seen all, and must not; true: what enters from now on wakes it.
   */
  maySleep(request: string, entered: number): boolean {
    const growing = this.#byId.get(request);
    if (growing === undefined) return true;
    const hasSeenAll = growing.entered <= entered;
    growing.seen = hasSeenAll ? entered : null;
    return hasSeenAll;
  }

  /** Everything of it is sent: whether nothing more will come. If so, nothing does. */
  mayEnd(request: string): boolean {
    const growing = this.#byId.get(request);
    if (growing === undefined) return true;
    const isCurrent = this.#byKey.get(growing.key) === growing;
    const isQuiet = !isCurrent || this.#now() - growing.lastAt >= quietMs;
    if (growing.entering > 0 || !isQuiet) return false;
    this.#forget(growing);
    return true;
  }

  #usable(key: string, now: number): Growing | null {
    const growing = this.#byKey.get(key);
    if (growing === undefined) return null;
    const isOpen = now - growing.begunAt < maxAgeMs && growing.instances < maxInstances;
    const isAlive = typeof growing.job !== "string" || this.#jobs.isAlive(growing.job);
    if (isOpen && isAlive) return growing;
    // If its job lives it asks once more; else nobody does.
    if (isAlive) this.#byKey.delete(key);
    else this.#forget(growing);
    return null;
  }

  #begin(
    key: string,
    of: { readonly destination: string; readonly study: string; readonly priority: number },
  ): Growing {
    if (this.#byId.size >= manyRequests) this.#tidy();
    const { destination, study, priority } = of;
    const request = { id: randomUUID(), destination, priority, isPermissive: false };
    const now = this.#now();
    const counts = { instances: 0, entering: 0, entered: 0 };
    const times = { begunAt: now, lastAt: now };
    const job = { seen: null, job: undefined };
    const growing: Growing = { key, request, study, ...times, ...counts, ...job };
    this.#byKey.set(key, growing);
    this.#byId.set(request.id, growing);
    return growing;
  }

  /** What it has not seen must not wait until something else is due. */
  #wake(growing: Growing): void {
    const { seen, entered, job } = growing;
    if (seen === null || entered <= seen || typeof job !== "string") return;
    growing.seen = null;
    this.#jobs.wake(job);
  }

  /** Those that have no job, or whose job has ended otherwise. */
  #tidy(): void {
    const now = this.#now();
    for (const growing of this.#byId.values()) {
      if (growing.entering === 0 && now - growing.lastAt >= quietMs) this.#forget(growing);
    }
  }

  #forget(growing: Growing): void {
    this.#byId.delete(growing.request.id);
    if (this.#byKey.get(growing.key) === growing) this.#byKey.delete(growing.key);
  }
}
