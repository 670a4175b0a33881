import { AssertionError } from "node:assert";
import type { EngineEvent } from "../ports/job-event.ts";
import type { JobInfo } from "../ports/job.ts";

/**
 * What a test waits for: an event by its kind, a job that came into a state, or `finished`: a job
 * that succeeded or failed.
 */
export type Moment =
  | Exclude<EngineEvent["kind"], "forgotten" | "logged" | "reported">
  | JobInfo["state"]
  | "finished";

/** A job as one event told of it. */
type JobEvent = Extract<EngineEvent, { readonly job: JobInfo }>;

/** Everything a host told, in order, and those who wait for more. */
export class EventLog {
  readonly events: EngineEvent[] = [];
  readonly #deadlineMs: number;
  /** How far each wish has read: what was answered once is not answered again. */
  readonly #read = new Map<string, number>();
  readonly #waiting = new Set<() => void>();

  /** `deadlineMs`: how long `next` waits. */
  constructor(deadlineMs: number) {
    this.#deadlineMs = deadlineMs;
  }

  hear(event: EngineEvent): void {
    this.events.push(event);
    for (const wake of this.#waiting) wake();
  }

  /**
   * The job as it was told, the first time that it is so after those told before to the same wish.
   * @throws {AssertionError} it did not come within the deadline
   */
  async next(moment: Moment, id: string | null): Promise<JobInfo> {
    const { promise, resolve, reject } = Promise.withResolvers<JobInfo>();
    const look = (): void => {
      const found = this.#take(moment, id);
      if (found === null) return;
      this.#waiting.delete(look);
      resolve(found.job);
    };
    const timer = setTimeout(() => {
      this.#waiting.delete(look);
      reject(new AssertionError({ message: this.#disappointment(moment, id) }));
    }, this.#deadlineMs);
    this.#waiting.add(look);
    look();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** What became of a job: its states, and in between what was asked of it. */
  trace(id: string): readonly string[] {
    return this.events.filter((event) => idOf(event) === id).flatMap(wordOf);
  }

  #take(moment: Moment, id: string | null): JobEvent | null {
    const wish = `${moment} ${id ?? ""}`;
    for (let at = this.#read.get(wish) ?? 0; at < this.events.length; at += 1) {
      const event = this.events[at];
      if (event === undefined || !("job" in event) || !isMoment(event, moment)) continue;
      if (id !== null && event.job.id !== id) continue;
      this.#read.set(wish, at + 1);
      return event;
    }
    return null;
  }

  #disappointment(moment: Moment, id: string | null): string {
    const whom = id === null ? "any job" : `job ${id}`;
    const what = `waited ${this.#deadlineMs} ms for "${moment}" of ${whom}`;
    return `${what}; ${id === null ? this.#allHeard() : this.#heardOf(id)}`;
  }

  #allHeard(): string {
    const ids = new Set(this.events.map(idOf).filter((id) => id !== null));
    if (ids.size === 0) return "the host has told of no job at all";
    return [...ids].map((id) => `${id}: ${this.trace(id).join(", ")}`).join("; ");
  }

  #heardOf(id: string): string {
    const last = this.events.findLast((event) => "job" in event && event.job.id === id);
    if (last === undefined || !("job" in last)) return "the host has told nothing of it";
    const { state, progress, error, waitsForType } = last.job;
    const why = error === null ? "" : ` (${error.code}: ${error.message})`;
    const type = waitsForType ? ", and nobody has registered its type" : "";
    return `it went ${this.trace(id).join(", ")}, and is ${state}${why} at progress ${progress}${type}`;
  }
}

function isMoment(event: JobEvent, moment: Moment): boolean {
  if (event.kind === moment) return true;
  if (event.kind !== "changed" || event.from === event.job.state) return false;
  const { state } = event.job;
  return moment === "finished" ? state === "succeeded" || state === "failed" : state === moment;
}

function idOf(event: EngineEvent): string | null {
  return "job" in event ? event.job.id : event.id;
}

function wordOf(event: EngineEvent): readonly string[] {
  switch (event.kind) {
    case "submitted":
    case "forgotten":
      return [event.kind];
    case "changed":
      if (event.from !== event.job.state) return [event.job.state];
      return event.job.requested === "nothing" ? [] : [`${event.job.requested} requested`];
    case "progressed":
    case "reported":
    case "logged":
      return [];
  }
}
