import type { JobId } from "../core/job-id.ts";
import { PendingQueue } from "../core/pending-queue.ts";
import type { Clock, Timer } from "../ports/clock.ts";

/** A clock that goes slower than it should is not one that was set back; milliseconds. */
const slackMs = 1_000;

/**
 * Jobs that wait for a time: of their start, or of their retry. One timer, for the first of them,
 * however many there are; those whose time comes at once are told at once.
 */
export class DelayedJobs {
  readonly #clock: Clock;
  readonly #onDue: (ids: readonly JobId[]) => void;
  /** By what `elapsed` will show then: nobody waits longer if the clock is set back meanwhile. */
  readonly #jobs = new PendingQueue<JobId>();
  readonly #times = new Map<JobId, number>();
  #alarm: { readonly id: JobId; readonly timer: Timer } | null = null;
  #isClosed = false;

  /** `onDue` is called with the jobs whose time has come; they are not in here any more then. */
  constructor(clock: Clock, onDue: (ids: readonly JobId[]) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** Takes the job until `time` (epoch milliseconds), in its next turn if that is over. REQUIRES: it is not in here. */
  add(id: JobId, time: number): void {
    const end = this.#clock.elapsed() + time - this.#clock.now();
    this.#times.set(id, time);
    this.#jobs.add({ id, priority: 0, sequence: end });
    this.#arm();
  }

  has(id: JobId): boolean {
    return this.#jobs.has(id);
  }

  /** False: the job is not in here. */
  remove(id: JobId): boolean {
    const isRemoved = this.#jobs.remove(id) !== null;
    this.#times.delete(id);
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
    const { head } = this.#jobs;
    if (this.#isClosed || this.#alarm?.id === head?.id) return;
    this.#disarm();
    if (head === null) return;
    const { id, sequence: end } = head;
    const time = this.#times.get(id) ?? 0;
    const timeOfEnd = this.#clock.now() + end - this.#clock.elapsed();
    const isSetBack = timeOfEnd < time - slackMs;
    const timer = this.#clock.at(isSetBack ? timeOfEnd : time, () => this.#ring(id));
    this.#alarm = { id, timer };
  }

  #disarm(): void {
    this.#alarm?.timer.cancel();
    this.#alarm = null;
  }

  /** What the alarm was set for is due, although the clock may have been set back meanwhile. */
  #ring(first: JobId): void {
    this.#alarm = null;
    const due: JobId[] = [];
    for (let { head } = this.#jobs; head !== null; { head } = this.#jobs) {
      if (head.id !== first && !this.#isDue(head.id, head.sequence)) break;
      this.#jobs.remove(head.id);
      this.#times.delete(head.id);
      due.push(head.id);
    }
    this.#arm();
    this.#onDue(due);
  }

  #isDue(id: JobId, end: number): boolean {
    return (this.#times.get(id) ?? 0) <= this.#clock.now() || end <= this.#clock.elapsed();
  }
}
