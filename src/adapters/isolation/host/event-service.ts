import type { JobFailure } from "../../../core/job-state.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { EngineEvent, Observer } from "../../../ports/job-event.ts";
import type { FarEvent, ToldJob } from "../protocol/calls.ts";
import type { Side } from "./side.ts";

/** With two failures of 64 Ki characters each they stay below what a message may be long. */
const eventsAtATime = 32;

/** Begins to tell of events, until it is disposed of. */
export type Listen = (observer: Observer) => Disposable;

/** Tells a native plugin on another side of the events it has subscribed to: one message a turn. */
export class EventService {
  readonly #side: Side;
  readonly #clock: Clock;
  readonly #listen: Listen;
  #generation = 0;
  #wanted: ReadonlySet<EngineEvent["kind"]> = new Set();
  #listening: Disposable | null = null;
  #waiting: FarEvent[] = [];
  #isScheduled = false;

  constructor(side: Side, clock: Clock, listen: Listen) {
    this.#side = side;
    this.#clock = clock;
    this.#listen = listen;
    void side.ended.then(() => this.#stop());
  }

  /** From now on; what has happened before is not for a new subscription. */
  observe(kinds: readonly FarEvent["kind"][], generation: number): void {
    // What is told of events says the generation, too: it must be able to cross.
    const isWish = Array.isArray(kinds) && Number.isSafeInteger(generation);
    if (!isWish) return this.#side.broken(new TypeError("a subscription that is none"));
    this.#flush();
    this.#generation = generation;
    this.#wanted = new Set(kinds);
    if (kinds.length === 0) this.#stop();
    else this.#listening ??= this.#listen((event) => this.#hear(event));
  }

  #hear(event: EngineEvent): void {
    if (event.kind === "logged" || event.kind === "reported") return;
    if (!this.#wanted.has(event.kind)) return;
    const { kind } = event;
    const from = kind === "changed" ? event.from : null;
    if (kind === "forgotten") this.#waiting.push({ kind, from, id: event.id, job: null });
    else this.#waiting.push({ kind, from, id: event.job.id, job: toldJob(event.job) });
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#clock
      .yield()
      .then(() => {
        this.#isScheduled = false;
        this.#flush();
      })
      .catch((error: unknown) => this.#side.broken(error));
  }

  #flush(): void {
    if (this.#waiting.length === 0) return;
    const events = this.#waiting;
    this.#waiting = [];
    const generation = this.#generation;
    for (let from = 0; from < events.length; from += eventsAtATime) {
      const some = events.slice(from, from + eventsAtATime);
      this.#side.link.tell("events", { generation, events: some });
    }
  }

  #stop(): void {
    this.#listening?.[Symbol.dispose]();
    this.#listening = null;
  }
}

/** A native listener has no place for them. */
const withoutDetails = (failure: JobFailure | null): JobFailure | null =>
  failure === null ? null : { code: failure.code, message: failure.message };

/** Without what is made only for those who read it. */
function toldJob(job: ToldJob): ToldJob {
  const { id, type, state, requested, priority, attempts, maxAttempts } = job;
  const { progress, createdAt, changedAt, dueAt, runtimeMs } = job;
  const [error, lastError] = [withoutDetails(job.error), withoutDetails(job.lastError)];
  const counted = { priority, attempts, maxAttempts, progress, runtimeMs };
  return { ...counted, id, type, state, requested, createdAt, changedAt, dueAt, error, lastError };
}
