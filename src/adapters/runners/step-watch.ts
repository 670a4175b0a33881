import { stepGraceMs } from "../../core/limits.ts";
import type { StepResult } from "../../core/job-state.ts";
import type { Clock, Timer } from "../../ports/clock.ts";

/** Who hears that a step takes too long. */
export interface Watched {
  /** Its time is over: it is told to end. */
  timedOut(): void;
  /** It has not ended although it was told: nobody waits for it any more. */
  overdue(): void;
}

/** The time-out of one step. */
export class StepWatch {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #watched: Watched;
  readonly #began: number;
  #timer: Timer;
  #hasTold = false;

  /** Begins with the step. */
  constructor(clock: Clock, timeoutMs: number, watched: Watched) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#watched = watched;
    this.#began = clock.elapsed();
    this.#timer = clock.after(timeoutMs, () => this.#timeOut());
  }

  /** The step has returned, or nobody waits for it: no more is told. */
  end(): void {
    this.#timer.cancel();
  }

  /**
   * What a step that took too long counts as: what it has finished stays finished, but one that would
   * go on has failed. Also of a step that kept the loop from ringing any alarm.
   */
  judge(result: StepResult): StepResult {
    const isInTime = this.#clock.elapsed() - this.#began < this.#timeoutMs;
    if ((isInTime && !this.#hasTold) || result.kind === "success" || result.kind === "failure")
      return result;
    return { kind: "failure", error: timedOut(this.#timeoutMs), retryable: true };
  }

  #timeOut(): void {
    this.#hasTold = true;
    this.#timer = this.#clock.after(stepGraceMs, () => this.#watched.overdue());
    this.#watched.timedOut();
  }
}

/** The failure of a step that took longer than this many milliseconds. */
export function timedOut(timeoutMs: number): { readonly code: string; readonly message: string } {
  return { code: "STEP_TIMED_OUT", message: `The step took longer than ${timeoutMs} ms` };
}
