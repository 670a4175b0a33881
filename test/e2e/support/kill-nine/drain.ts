import type { JobInfo } from "../../../../src/index.ts";
import type { Life } from "./life.ts";
import type { Told } from "./protocol.ts";
import { isFinished, isSettled } from "./story.ts";

/** Lets every job go on to its end; the paused ones when all others have ended. */
export class Drain {
  readonly #states = new Map<string, JobInfo["state"]>();
  #isOpened = false;
  #hasResumed = false;

  readonly hear = (told: Told, life: Life): void => {
    if (told.event === "opened") {
      this.#isOpened = true;
      // An event that is told before this line may be of the same state, never of a later one.
      for (const job of told.jobs) this.#states.set(job.id, job.state);
    }
    if (told.event === "changed") this.#states.set(told.job.id, told.job.state);
    const states = [...this.#states.values()];
    if (!this.#isOpened || !states.every((state) => isSettled(state))) return;
    if (states.every((state) => isFinished(state))) life.finish();
    else if (!this.#hasResumed) this.#resume(life);
  };

  #resume(life: Life): void {
    this.#hasResumed = true;
    let number = 1_000;
    for (const [id, state] of this.#states) {
      if (state === "paused") life.send({ kind: "resume", number: (number += 1), id });
    }
  }
}
