import type { JobId } from "../core/job-id.ts";
import type { JobRecord } from "../core/job-record.ts";
import { PendingQueue } from "../core/pending-queue.ts";
import type { Clock, Timer } from "../ports/clock.ts";

/**
 * Pending jobs that were submitted with a delay and are not due yet. One timer, for the first of
 * them, however many there are.
 */
export class DelayedJobs {
  readonly #clock: Clock;
  readonly #onDue: (ids: readonly JobId[]) => void;
  /** By the time of their start. */
  readonly #jobs = new PendingQueue<JobId>();
  #alarm: { readonly time: number; readonly timer: Timer } | null = null;
  #isClosed = false;

  /** `onDue` is called with the jobs whose time has come; they are not in here any more then. */
  constructor(clock: Clock, onDue: (ids: readonly JobId[]) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** Takes the job until it is due. False: it may start now. REQUIRES: it is not in here. */
  add({ id, startAt, createdAt }: JobRecord): boolean {
    const now = this.#clock.now();
    if (startAt === null || startAt <= now) return false;
    // Nobody waits longer than was asked for: the clock may have been set back since.
    this.#jobs.add({ id, priority: 0, sequence: Math.min(startAt, now + startAt - createdAt) });
    this.#arm();
    return true;
  }

  has(id: JobId): boolean {
    return this.#jobs.has(id);
  }

  /** False: the job is not in here. */
  remove(id: JobId): boolean {
    const isRemoved = this.#jobs.remove(id) !== null;
    if (isRemoved) this.#arm();
    return isRemoved;
  }

  /** Nothing becomes due any more. */
  close(): void {
    this.#isClosed = true;
    this.#disarm();
  }

  /** Sets the alarm for the first job; for none it would only keep the process alive. */
  #arm(): void {
    const time = this.#jobs.head?.sequence ?? null;
    if (this.#isClosed || this.#alarm?.time === time) return;
    this.#disarm();
    if (time === null) return;
    this.#alarm = { time, timer: this.#clock.at(time, () => this.#ring()) };
  }

  #disarm(): void {
    this.#alarm?.timer.cancel();
    this.#alarm = null;
  }

  #ring(): void {
    // What the alarm was set for is due, although the clock may have been set back meanwhile.
    const now = Math.max(this.#clock.now(), this.#alarm?.time ?? 0);
    this.#alarm = null;
    const due: JobId[] = [];
    for (let { head } = this.#jobs; head !== null && head.sequence <= now; { head } = this.#jobs) {
      this.#jobs.remove(head.id);
      due.push(head.id);
    }
    this.#arm();
    this.#onDue(due);
  }
}
