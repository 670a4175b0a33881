import { isEngineError } from "../error-body.ts";
import type { JobInfo } from "../../ports/job.ts";
import type { Jobs } from "../../ports/jobs.ts";
import { stateNames, type JobObject } from "../orthanc.ts";
import { means, type ChangeLog, type Slot } from "./change-log.ts";
import { mayKnow, type FeedFilter } from "./feed-filter.ts";
import type { Slices } from "./slices.ts";

/** A frame is full with so many characters of jobs, or so many that are gone: the rest is for the next. */
const fullFrame = { chars: 524_288, gone: 10_000 } as const;

/** What one client, and everybody else who knows and wants the same, is told at once. */
export interface Frame {
  /** Whoever has it knows everything up to this number. */
  readonly number: number;
  /** The text of JSON; null: nothing they want has changed. */
  readonly data: string | null;
}

export interface FrameParts {
  readonly jobs: Pick<Jobs, "jobInfo" | "jobCounts">;
  readonly log: ChangeLog;
  readonly show: (job: JobInfo) => JobObject;
  readonly slices: Slices;
}

/** The frames of one moment: each is made once, and each job is written once, whoever wants it. */
export class Frames {
  readonly #parts: FrameParts;
  /** Text of JSON: how many jobs there are in each state. */
  readonly totals: string;
  /** Nothing that happens from now on is in them. */
  readonly #upTo: number;
  readonly #frames = new Map<string, Frame>();
  /** Jobs as text; null: the job is gone, and who listens will hear of it. */
  readonly #texts = new Map<string, { readonly job: JobInfo; readonly text: string } | null>();

  constructor(parts: FrameParts) {
    this.#parts = parts;
    this.totals = totalsText(parts.jobs);
    this.#upTo = parts.log.number;
  }

  /** What is to be told to whoever knows everything up to `number`. */
  async after(number: number, filter: FeedFilter): Promise<Frame> {
    const name = `${number} ${filter.name}`;
    const made = this.#frames.get(name) ?? (await this.#make(number, filter));
    this.#frames.set(name, made);
    return made;
  }

  async #make(after: number, filter: FeedFilter): Promise<Frame> {
    const { log, slices } = this.#parts;
    const jobs: string[] = [];
    const gone: string[] = [];
    let [chars, number] = [0, Math.max(after, this.#upTo)];
    for (const slot of log.after(after)) {
      if (slot.number > this.#upTo) break;
      if (chars >= fullFrame.chars || gone.length >= fullFrame.gone) {
        number = slot.number - 1;
        break;
      }
      // From here on a change of this job is another one.
      log.told(slot.number);
      const told = this.#tell(slot, filter);
      if (typeof told === "string") chars += jobs.push(told) && told.length;
      else if (told !== null) gone.push(told.gone);
      if (slices.isOver) await slices.turn();
    }
    log.told(number);
    if (jobs.length + gone.length === 0) return { number, data: null };
    return { number, data: frameText(jobs.join(), JSON.stringify(gone), this.totals) };
  }

  /** The text of the job, or that it is gone; null: whoever has this filter need not hear of it. */
  #tell(slot: Slot, filter: FeedFilter): string | { readonly gone: string } | null {
    const { change } = slot;
    // What has changed since then has another place, after this frame.
    if (!means(slot) || !mayKnow(filter, change)) return null;
    if (change.isGone) return { gone: change.id };
    const shown = this.#shown(change.id);
    if (shown === null) return null;
    return filter.matches(shown.job) ? shown.text : { gone: change.id };
  }

  #shown(id: string): { readonly job: JobInfo; readonly text: string } | null {
    const known = this.#texts.get(id);
    if (known !== undefined) return known;
    const job = jobOrNull(this.#parts.jobs, id);
    const shown = job === null ? null : { job, text: JSON.stringify(this.#parts.show(job)) };
    this.#texts.set(id, shown);
    return shown;
  }
}

/** The data of a frame; `jobs` without its brackets, the others whole. */
export function frameText(jobs: string, gone: string, totals: string): string {
  return `{"Jobs":[${jobs}],"Gone":${gone},"Totals":${totals}}`;
}

/** How many jobs of the host are in each state: text of JSON. */
export function totalsText(jobs: Pick<Jobs, "jobCounts">): string {
  const counts = Object.entries(jobs.jobCounts().total) as [JobInfo["state"], number][];
  return JSON.stringify(
    Object.fromEntries(counts.map(([state, count]) => [stateNames[state], Math.max(0, count)])),
  );
}

/** The job as it is; null: it is gone. */
export function jobOrNull(jobs: Pick<Jobs, "jobInfo">, id: string): JobInfo | null {
  try {
    return jobs.jobInfo(id);
  } catch (error) {
    if (isEngineError(error) && error.code === "NOT_FOUND") return null;
    throw error;
  }
}
