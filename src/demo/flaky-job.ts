import { Job, StepResult, type JobRun } from "../index.ts";

/** Like a transfer to a machine that is down at first: fails twice, then succeeds. */
export class FlakyJob extends Job {
  readonly type = "FlakyTransfer";
  #calls = 0;

  step(run: JobRun): StepResult {
    this.#calls += 1;
    run.setProgress(this.#calls, 3);
    if (this.#calls === 3) return StepResult.success;
    return StepResult.failure("HOST_UNREACHABLE", "nobody listens there", { retryable: true });
  }
}
