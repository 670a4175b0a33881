import type { EngineEvent, JobInfo } from "../index.ts";

/** Nothing in the tour takes longer; milliseconds. */
const longestWaitMs = 15_000;

/** The tour did not come out as it should; the message is the sentence that says so. */
export class TourError extends Error {
  override readonly name = "TourError";
}

/** @throws {TourError} unless `isSo` */
export function check(isSo: boolean, sentence: string): asserts isSo {
  if (!isSo) throw new TourError(sentence);
}

interface Awaited {
  readonly matches: (job: JobInfo) => boolean;
  readonly resolve: (job: JobInfo) => void;
}

/** Hears the events of a host, so that the tour waits for what happens and never for time. */
export class Watch {
  readonly #latest = new Map<string, JobInfo>();
  readonly #changes: JobInfo[] = [];
  readonly #awaited = new Set<Awaited>();
  readonly #show: (job: JobInfo) => void;

  /** `show` is called with every job of which something is heard. */
  constructor(show: (job: JobInfo) => void) {
    this.#show = show;
  }

  readonly hear = (event: EngineEvent): void => {
    if (!("job" in event)) return;
    const { job } = event;
    this.#latest.set(job.id, job);
    if (event.kind === "changed") this.#changes.push(job);
    this.#show(job);
    for (const one of this.#awaited) {
      if (!one.matches(job)) continue;
      this.#awaited.delete(one);
      one.resolve(job);
    }
  };

  /** How a job looked after each change of its state. */
  changesOf(id: string): readonly JobInfo[] {
    return this.#changes.filter((job) => job.id === id);
  }

  /** Resolves when the job is, or already was when last heard of, as wanted. @throws {TourError} */
  async until(id: string, wanted: string, isSo: (job: JobInfo) => boolean): Promise<JobInfo> {
    const latest = this.#latest.get(id);
    if (latest !== undefined && isSo(latest)) return latest;
    const { promise, resolve, reject } = Promise.withResolvers<JobInfo>();
    const awaited: Awaited = { matches: (job) => job.id === id && isSo(job), resolve };
    this.#awaited.add(awaited);
    const timer = setTimeout(() => {
      const is = this.#latest.get(id)?.state ?? "unknown";
      reject(new TourError(`job ${id} did not become ${wanted} in time; it is ${is}`));
    }, longestWaitMs);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#awaited.delete(awaited);
    }
  }

  finished(id: string): Promise<JobInfo> {
    return this.until(id, "finished", ({ state }) => state === "succeeded" || state === "failed");
  }
}

/** How far a counter of a sample plugin has counted. */
export function countOf(job: JobInfo): number {
  const { count } = job.content;
  return typeof count === "number" ? count : 0;
}
