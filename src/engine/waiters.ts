import { JobEngineError } from "../core/errors.ts";
import type { JobId } from "../core/job-id.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { JobInfo } from "../ports/job.ts";
import type { WaitOptions } from "../ports/plugin.ts";

interface Kept {
  readonly end: Promise<JobInfo>;
  /** Null: it has not ended. */
  timer: Timer | null;
}

interface Waiter {
  readonly resolve: (job: JobInfo) => void;
  readonly reject: (reason: unknown) => void;
}

/** The end of a job whose submitter has said that somebody will ask is kept so long; milliseconds. */
const keptMs = 60_000;

/** Those who wait for the end of a job, and ends that somebody will still ask for. */
export class Waiters {
  readonly #clock: Clock;
  readonly #kept = new Map<JobId, Kept>();
  readonly #waiters = new Map<JobId, Set<Waiter>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** From now on the end of this job is kept, until a minute after it. */
  keep(id: JobId): void {
    const kept: Kept = { end: this.wait(id, {}), timer: null };
    this.#kept.set(id, kept);
    const forget = (): void => void this.#kept.delete(id);
    kept.end.then(() => {
      // Such a timer keeps no process alive.
      const timer = this.#clock.every(keptMs, () => {
        timer.cancel();
        forget();
      });
      kept.timer = timer;
    }, forget);
  }

  /** How a job has ended that has left the history since; null: nobody has said that he would ask. */
  kept(id: JobId): Promise<JobInfo> | null {
    return this.#kept.get(id)?.end ?? null;
  }

  has(id: JobId): boolean {
    return this.#waiters.has(id);
  }

  /** Resolves at `finish(id)`. @throws {JobEngineError} TIMED_OUT, CLOSING; or `signal.reason` */
  wait(id: JobId, { timeoutMs, signal }: WaitOptions): Promise<JobInfo> {
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    const { promise, resolve, reject } = Promise.withResolvers<JobInfo>();
    const waiter: Waiter = { resolve, reject };
    const all = this.#waiters.get(id) ?? new Set();
    this.#waiters.set(id, all.add(waiter));
    const onAbort = (): void => reject(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    const timer = timeoutMs === undefined ? null : this.#timeout(id, timeoutMs, reject);
    return promise.finally(() => {
      timer?.cancel();
      signal?.removeEventListener("abort", onAbort);
      all.delete(waiter);
      if (all.size === 0 && this.#waiters.get(id) === all) this.#waiters.delete(id);
    });
  }

  finish(id: JobId, job: JobInfo): void {
    for (const waiter of this.#waiters.get(id) ?? []) waiter.resolve(job);
  }

  /** Nobody will finish any more jobs. */
  close(): void {
    for (const { timer } of this.#kept.values()) timer?.cancel();
    this.#kept.clear();
    for (const all of this.#waiters.values()) {
      for (const waiter of all) waiter.reject(new JobEngineError("CLOSING"));
    }
  }

  #timeout(id: JobId, ms: number, reject: (reason: unknown) => void): { cancel(): void } {
    return this.#clock.after(ms, () =>
      reject(new JobEngineError("TIMED_OUT", `job ${id} was not finished after ${ms} ms`)),
    );
  }
}
