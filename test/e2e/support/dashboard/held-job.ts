import { Job, type JobRun, type JsonObject, StepResult } from "../../../../src/sdk.ts";

/** A job that steps until the test ends it; it may be paused and canceled meanwhile. */
export class HeldJob extends Job {
  readonly type: string;
  readonly content: JsonObject;
  /** How often it began to step. */
  steps = 0;
  #run: JobRun | null = null;
  #end: ((result: StepResult) => void) | null = null;
  #result: StepResult | null = null;

  constructor(type: string, content: JsonObject = {}) {
    super();
    this.type = type;
    this.content = content;
  }

  async step(run: JobRun): Promise<StepResult> {
    this.steps += 1;
    this.#run = run;
    const ended = new Promise<StepResult>((resolve) => {
      this.#end = resolve;
      const stop = (): void => resolve(StepResult.continue);
      if (run.signal.aborted) stop();
      else run.signal.addEventListener("abort", stop);
    });
    return this.#result ?? ended;
  }

  /** Shown at the next step, or at once by the run that is under way. */
  say(text: string): void {
    this.#run?.log("info", text);
  }

  getsTo(done: number, total: number): void {
    this.#run?.setProgress(done, total);
  }

  /** Ends the step that is under way, and each that follows, so. */
  end(result: StepResult): void {
    this.#result = result;
    this.#end?.(result);
  }

  override reset(): void {
    this.#result = null;
  }

  override getContent(): JsonObject {
    return this.content;
  }
}
