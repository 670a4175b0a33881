import type { Clock } from "../../ports/clock.ts";
import type { NativeCore } from "../../native/binding.ts";

/** The callbacks of native jobs on the loop give way to the rest of the process after so long. */
const budgetMs = 5;

/** Has the native core make the callbacks of jobs that run on the loop, in turns with everything else. */
export class LoopDriver {
  readonly #clock: Clock;
  #core: NativeCore | null = null;
  #isScheduled = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** REQUIRES: called once, before the core can have such jobs. */
  connect(core: NativeCore): void {
    this.#core = core;
  }

  /** The core is about to be destroyed, which does the rest. */
  disconnect(): void {
    this.#core = null;
  }

  /** There is something to do. */
  runSoon(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // Timers, input and output come before the next turn.
    void this.#clock.yield().then(() => {
      this.#isScheduled = false;
      if (this.#core?.runLoopTasks(budgetMs) === true) this.runSoon();
    });
  }
}
