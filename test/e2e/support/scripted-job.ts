import { Job, type StepResult, type StopReason } from "../../../src/index.ts";

/** A job whose steps end when the test says how. It records what is called on it. */
export class ScriptedJob extends Job {
  readonly type = "scripted";
  readonly calls: string[] = [];
  #running: ((result: StepResult) => void) | null = null;
  #next: StepResult | null = null;

  step(): Promise<StepResult> | StepResult {
    this.calls.push("step");
    const next = this.#next;
    this.#next = null;
    if (next !== null) return next;
    const { promise, resolve } = Promise.withResolvers<StepResult>();
    this.#running = resolve;
    return promise;
  }

  /** Ends the step that runs; if none does, the next one at once. */
  end(result: StepResult): void {
    if (this.#running === null) this.#next = result;
    else this.#running(result);
    this.#running = null;
  }

  override stop(reason: StopReason): void {
    this.calls.push(`stop ${reason}`);
  }

  override reset(): void {
    this.calls.push("reset");
  }

  /** It can be saved, so that every answer waits for a commit. */
  override getSerialized(): Record<string, never> {
    return {};
  }
}
