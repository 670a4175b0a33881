import type { JobObject, JobsFrame, StateName } from "../wire.ts";

/** What a frame did to the table: for the graph. */
export interface TableChange {
  /** Times of jobs that have finished since the last frame, epoch milliseconds. */
  readonly finishedAt: readonly number[];
}

const isFinished = ({ State }: { readonly State: StateName }): boolean =>
  State === "Success" || State === "Failure";

/**
 * Every job of the host as it was told last. Frames come while the list is still on its way, so the
 * later `Timestamp` wins, and what has gone meanwhile does not come back with the list.
 */
export class JobTable {
  readonly #jobs = new Map<string, JobObject>();
  /** What a list that is on its way must not bring back; null: there is none. */
  #goneMeanwhile: Set<string> | null = null;
  #told: Set<string> = new Set();
  #version = 0;

  /** Another number after each change. */
  get version(): number {
    return this.#version;
  }

  get size(): number {
    return this.#jobs.size;
  }

  get(id: string): JobObject | undefined {
    return this.#jobs.get(id);
  }

  all(): IterableIterator<JobObject> {
    return this.#jobs.values();
  }

  /** From now on a list comes, page by page. */
  beginList(): void {
    this.#goneMeanwhile = new Set();
    this.#told = new Set();
  }

  addPage(page: readonly JobObject[]): void {
    for (const job of page) {
      this.#told.add(job.ID);
      if (this.#goneMeanwhile?.has(job.ID) !== true) this.#put(job);
    }
    this.#version += 1;
  }

  /** The list is complete: what it has not named, and no frame since it began, is gone. */
  endList(): void {
    for (const id of this.#jobs.keys()) if (!this.#told.has(id)) this.#jobs.delete(id);
    this.#goneMeanwhile = null;
    this.#version += 1;
  }

  apply(frame: JobsFrame, now: number): TableChange {
    const finishedAt: number[] = [];
    for (const job of frame.Jobs) {
      const before = this.#jobs.get(job.ID);
      if (isFinished(job) && (before === undefined || !isFinished(before))) finishedAt.push(now);
      this.#told.add(job.ID);
      this.#put(job);
    }
    for (const id of frame.Gone) {
      const before = this.#jobs.get(id);
      // Its end has not been told: it finished and left the history between two frames.
      if (before === undefined || !isFinished(before)) finishedAt.push(now);
      this.#goneMeanwhile?.add(id);
      this.#jobs.delete(id);
    }
    this.#version += 1;
    return { finishedAt };
  }

  /** What is known of one job from elsewhere. */
  update(job: JobObject): void {
    this.#put(job);
    this.#version += 1;
  }

  remove(id: string): void {
    this.#goneMeanwhile?.add(id);
    this.#jobs.delete(id);
    this.#version += 1;
  }

  #put(job: JobObject): void {
    const known = this.#jobs.get(job.ID);
    // The format sorts as the times do.
    if (known === undefined || known.Timestamp <= job.Timestamp) this.#jobs.set(job.ID, job);
  }
}
