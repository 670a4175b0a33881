import type { JobInfo } from "../../../../src/index.ts";
import type { Life } from "./life.ts";
import type { Command, JobPlan, Told } from "./protocol.ts";
import type { Random } from "./random.ts";

/** Submitted at once; so many more come later, among the other commands. */
const firstJobs = 6;
const laterJobs = 3;

/** One in so many events makes the parent ask for something. */
const eventsPerCommand = 9;

/** What it asks, the likelier more often. */
const wishes = ["pause", "pause", "resume", "resume", "cancel"] as const;

/**
 * The last at which a life is killed; most stories have not ended before. What is told before its
 * commit is only seen by a kill right after it: so promises, and submits, are picked more often.
 */
const last = { events: 260, promises: 30, submits: firstJobs };

/** Asks for random things at random events, and kills the child at a random event. */
export class Story {
  readonly #random: Random;
  /** What is counted, and at which of them the child is killed. */
  readonly #counted: "events" | "promises" | "submits";
  readonly #killAt: number;
  readonly #states = new Map<string, JobInfo["state"]>();
  readonly #unanswered = new Set<number>();
  readonly #submits = new Set<number>();
  #counter = 0;
  #number = 0;
  #toSubmit = laterJobs;
  /** When the child was killed; epoch milliseconds. */
  killedAt = Number.POSITIVE_INFINITY;

  constructor(random: Random) {
    this.#random = random;
    this.#counted = random.pick(["events", "events", "promises", "promises", "submits"] as const);
    this.#killAt = random.between(1, last[this.#counted]);
  }

  readonly hear = (told: Told, life: Life): void => {
    // What comes after the kill was on its way before.
    if (this.killedAt !== Number.POSITIVE_INFINITY) return;
    this.#count(told);
    this.#learn(told);
    if (told.event === "opened") for (let job = 0; job < firstJobs; job += 1) this.#submit(life);
    else if (this.#random.next() < 1 / eventsPerCommand) this.#ask(life);
    if (this.#counter < this.#killAt && !this.#isOver()) return;
    this.killedAt = Date.now();
    life.kill();
  };

  #count(told: Told): void {
    const isPromise = told.event === "answered" || told.event === "changed";
    const isSubmit = told.event === "answered" && this.#submits.has(told.number);
    if (this.#counted === "events" || (this.#counted === "promises" ? isPromise : isSubmit)) {
      this.#counter += 1;
    }
  }

  #learn(told: Told): void {
    if (told.event === "changed") this.#states.set(told.job.id, told.job.state);
    if (told.event !== "answered") return;
    this.#unanswered.delete(told.number);
    if (!this.#states.has(told.id)) this.#states.set(told.id, "pending");
  }

  #ask(life: Life): void {
    const ids = [...this.#states.keys()];
    const [first, ...others] = ids;
    if (this.#toSubmit > 0 && this.#random.next() < 0.3) {
      this.#toSubmit -= 1;
      this.#submit(life);
    } else if (first !== undefined) {
      const id = this.#random.pick([first, ...others]);
      const kind = this.#random.pick(wishes);
      this.#send(life, { kind, number: this.#next(), id });
    }
  }

  #submit(life: Life): void {
    const number = this.#next();
    const priority = this.#random.pick([0, 0, 0, 5, -1]);
    this.#submits.add(number);
    this.#send(life, { kind: "submit", number, plan: this.#plan(`job-${number}`), priority });
  }

  #plan(name: string): JobPlan {
    const steps = this.#random.between(12, 70);
    const result = this.#random.pick(["retry", "retryable", null, null] as const);
    return {
      name,
      steps,
      stepMs: this.#random.between(3, 9),
      end: this.#random.pick(["success", "success", "failure"] as const),
      trouble: result === null ? null : { at: this.#random.between(1, steps - 1), result },
    };
  }

  #send(life: Life, command: Command): void {
    this.#unanswered.add(command.number);
    life.send(command);
  }

  #next(): number {
    this.#number += 1;
    return this.#number;
  }

  /** Nothing more would happen by itself. */
  #isOver(): boolean {
    if (this.#states.size === 0 || this.#unanswered.size > 0) return false;
    return [...this.#states.values()].every((state) => isSettled(state));
  }
}

export const isFinished = (state: JobInfo["state"]): boolean =>
  state === "succeeded" || state === "failed";

/** Nothing of the job moves unless somebody asks. */
export const isSettled = (state: JobInfo["state"]): boolean =>
  isFinished(state) || state === "paused";
