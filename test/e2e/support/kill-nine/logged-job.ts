import { open, type FileHandle } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { Job, StepResult } from "../../../../src/index.ts";
import type { JobPlan, LogEntry } from "./protocol.ts";

/** After this many milliseconds a job that asked for a retry steps again. */
const retryMs = 120;

/** How a logged job is saved. */
export interface LoggedState {
  readonly plan: JobPlan;
  /** Steps that have returned. */
  readonly done: number;
}

/** The log of all jobs of one process; an entry is on the disk when `write` resolves. */
export class StepLog {
  readonly #file: FileHandle;
  readonly #written: (entry: LogEntry) => void;

  private constructor(file: FileHandle, written: (entry: LogEntry) => void) {
    this.#file = file;
    this.#written = written;
  }

  static async open(path: string, written: (entry: LogEntry) => void): Promise<StepLog> {
    return new StepLog(await open(path, "a"), written);
  }

  async write(entry: LogEntry): Promise<void> {
    await this.#file.appendFile(`${JSON.stringify(entry)}\n`);
    await this.#file.sync();
    this.#written(entry);
  }
}

/** Counts its steps and logs each before it returns; does what its plan says. */
export class LoggedJob extends Job {
  readonly type = "logged";
  readonly #log: StepLog;
  readonly #plan: JobPlan;
  #done: number;

  constructor(log: StepLog, { plan, done }: LoggedState) {
    super();
    this.#log = log;
    this.#plan = plan;
    this.#done = done;
  }

  async step(): Promise<StepResult> {
    const { name, stepMs } = this.#plan;
    const began = Date.now();
    const step = this.#done + 1;
    // It does not listen to the signal: requests are honoured when the step returns.
    await delay(stepMs);
    await this.#log.write({ name, step, began, ended: Date.now() });
    this.#done = step;
    return this.#result();
  }

  override getContent(): { name: string } {
    return { name: this.#plan.name };
  }

  override getSerialized(): { plan: JobPlan & { [key: string]: never }; done: number } {
    return { plan: this.#plan as JobPlan & { [key: string]: never }, done: this.#done };
  }

  #result(): StepResult {
    const { steps, end, trouble } = this.#plan;
    if (this.#done >= steps) {
      return end === "success" ? StepResult.success : StepResult.failure("GAVE_UP", "as planned");
    }
    if (this.#done !== trouble?.at) return StepResult.continue;
    if (trouble.result === "retry") return StepResult.retry(retryMs);
    return StepResult.failure("TRY_AGAIN", "as planned", { retryable: true });
  }
}
