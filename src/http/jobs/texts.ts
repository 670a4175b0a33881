import type { JobInfo } from "../../ports/job.ts";
import { jobObject, timeText, type DescribeError, type JobObject } from "../orthanc.ts";

/** A job on the wire without the time of the answer, which stands between both. */
interface Text {
  readonly before: string;
  readonly after: string;
  /** What its plugin said of its error when this was written. */
  readonly description: string | null;
}

/** For so many jobs at most their text is kept; about 1 KiB each. */
const mostKept = 20_000;

/** Where the time of the answer stands. No text of a job has such a line: lines inside are indented more. */
const mark = '\n      "Timestamp": "';

/**
 * Writes jobs as Orthanc prints them in a list. Most of them are asked for again and again and have not
 * changed in between: their text is kept as long as what it was made of.
 */
export class JobTexts {
  readonly #describe: DescribeError;
  readonly #texts = new WeakMap<JobInfo, Text>();

  constructor(describe: DescribeError) {
    this.#describe = describe;
  }

  /** A job by itself. `now` is epoch milliseconds. */
  object(job: JobInfo, now: number): JobObject {
    return jobObject(job, now, this.#describe);
  }

  /** A list of jobs, in pieces of `perPiece` jobs. `now` as above. */
  *list(jobs: readonly JobInfo[], now: number, perPiece: number): Generator<Buffer> {
    const time = timeText(now);
    const keeps = jobs.length <= mostKept;
    if (jobs.length === 0) yield Buffer.from("[]");
    for (let from = 0; from < jobs.length; from += perPiece) {
      const texts = jobs
        .slice(from, from + perPiece)
        .map((job) => this.#text(job, { now, time, keeps }));
      const isLast = from + perPiece >= jobs.length;
      yield Buffer.from(`${from === 0 ? "[" : ","}${texts.join(",")}${isLast ? "\n]" : ""}`);
    }
  }

  #text(job: JobInfo, how: { now: number; time: string; keeps: boolean }): string {
    const { before, after } = this.#kept(job) ?? this.#write(job, how);
    return `${before}${how.time}${after}`;
  }

  #kept(job: JobInfo): Text | null {
    const text = this.#texts.get(job);
    return text !== undefined && text.description === this.#described(job) ? text : null;
  }

  #write(job: JobInfo, { now, keeps }: { now: number; keeps: boolean }): Text {
    const whole = JSON.stringify([this.object(job, now)], null, 3).slice(1, -2);
    const at = whole.indexOf(mark) + mark.length;
    const text: Text = {
      before: whole.slice(0, at),
      after: whole.slice(whole.indexOf('"', at)),
      description: this.#described(job),
    };
    // The time of arrival is another with each answer.
    if (keeps && job.remainingMs === null) this.#texts.set(job, text);
    return text;
  }

  #described({ error, lastError, plugin }: JobInfo): string | null {
    const failure = error ?? lastError;
    return failure === null ? null : this.#describe(plugin, failure.code);
  }
}
