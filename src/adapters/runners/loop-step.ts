import { JobEngineError } from "../../core/errors.ts";
import type { StepRequest } from "../../core/stop-reason.ts";
import { member } from "../../core/thrown.ts";
import type { JobRun, JsonObject, JsonValue, LogLevel, OutputWriter } from "../../ports/job.ts";
import type { JobProgress } from "../../ports/progress.ts";
import { clampProgress, contentText, stateBytes } from "./getters.ts";
import { StepOutputs, type OutputHost } from "./step-outputs.ts";
import { nothingPushed, type Pushed } from "./loop-payload.ts";

/** What a step reaches of its run. */
export interface StepHost extends OutputHost {
  /** The root of the job's tree. */
  readonly progress: JobProgress;
  /** Whether something was thrown only because the tree was stopped. */
  isTreeReason(thrown: unknown): boolean;
  requested(): StepRequest;
  log(level: LogLevel, text: string, data?: JsonValue): void;
  /** Saves what was pushed; resolves when it is committed. */
  checkpoint(pushed: Readonly<Pushed>, state: Uint8Array): Promise<void>;
}

/** The JobRun of one step: valid until the step has returned, misuse afterwards is told. */
export class LoopStep implements JobRun {
  readonly pushed: Pushed = { ...nothingPushed };
  readonly #host: StepHost;
  #controller: AbortController | null = null;
  #outputs: StepOutputs | null = null;
  #isOver = false;

  constructor(host: StepHost) {
    this.#host = host;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#host.requested() !== "nothing") this.abort();
    return this.#controller.signal;
  }

  shouldStop(): StepRequest {
    return this.#host.requested();
  }

  setProgress(done: number, total: number): void {
    this.#mustBeRunning("setProgress");
    if (!(total > 0) || Number.isNaN(done)) {
      const values = `setProgress(${done}, ${total})`;
      throw new JobEngineError("INVALID_ARGUMENT", `${values} needs numbers and a total above 0`);
    }
    this.pushed.progress = clampProgress(done / total);
  }

  get progress(): JobProgress {
    this.#mustBeRunning("progress");
    return this.#host.progress;
  }

  setContent(content: JsonObject): void {
    this.#mustBeRunning("setContent");
    this.pushed.content = contentText(content);
  }

  log(level: LogLevel, text: string, data?: JsonValue): void {
    this.#host.log(level, text, data);
  }

  putOutput(...[key, mime, body]: Parameters<JobRun["putOutput"]>): Promise<void> {
    // Not async: a step that does not await it must not end the process by that.
    if (this.#isOver) return Promise.reject(tooLate("putOutput"));
    return this.#outputsOfStep().put(key, mime, body);
  }

  openOutput(key: string, mime: string): OutputWriter {
    this.#mustBeRunning("openOutput");
    return this.#outputsOfStep().open(key, mime);
  }

  /** What it writes, if it writes anything. */
  get outputs(): StepOutputs | null {
    return this.#outputs;
  }

  async checkpoint(state: Uint8Array | string): Promise<void> {
    this.#mustBeRunning("checkpoint");
    const bytes = stateBytes(state);
    this.pushed.state = bytes;
    await this.#host.checkpoint(this.pushed, bytes);
  }

  /** Tells the step that it is asked to stop. */
  abort(): void {
    const reason = new DOMException(`the job is asked to stop: ${this.shouldStop()}`, "AbortError");
    this.#controller?.abort(reason);
  }

  /** Whether what the step threw only says that it obeyed the signal. */
  isObedience(error: unknown): boolean {
    if (this.#host.isTreeReason(error)) return true;
    const signal = this.#controller?.signal;
    if (signal?.aborted !== true) return false;
    return error === signal.reason || member(error, "name") === "AbortError";
  }

  end(): void {
    this.#isOver = true;
    this.#outputs?.abandon();
  }

  #outputsOfStep(): StepOutputs {
    this.#outputs ??= new StepOutputs(this.#host);
    return this.#outputs;
  }

  #mustBeRunning(call: string): void {
    if (this.#isOver) throw tooLate(call);
  }
}

const tooLate = (call: string): JobEngineError =>
  new JobEngineError("WRONG_STATE", `${call} was called after its step had returned`);
