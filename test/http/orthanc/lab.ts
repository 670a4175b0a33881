import { once } from "node:events";
import {
  definePlugin,
  Job,
  StepResult,
  type JobRun,
  type JsonObject,
  type Plugin,
} from "../../../src/sdk.ts";

/** What a job of the recorded plugin does: `steps` steps, of which the one after `failsAfter` fails. */
export interface LabWork {
  /** Default "Lab". */
  readonly type?: string;
  readonly steps: number;
  readonly failsAfter?: number;
  /** After so many it waits until it is asked for something. */
  readonly waitsAfter?: number;
  /** What its step answers, whatever that is. */
  readonly odd?: unknown;
  readonly progress?: number;
  readonly content?: JsonObject;
  readonly isSerializable?: boolean;
  /** Why it fails at once. */
  readonly fault?: string;
  /** What it leaves under the key "archive". */
  readonly archive?: string;
}

/** As the plugin of the recordings: its content says how far it is. */
export class LabJob extends Job {
  readonly type: string;
  readonly #work: LabWork;
  #done: number;

  constructor(work: LabWork, done = 0) {
    super();
    this.type = work.type ?? "Lab";
    this.#work = work;
    this.#done = done;
  }

  async step(run: JobRun): Promise<StepResult> {
    const { steps, failsAfter, waitsAfter, odd, fault, archive } = this.#work;
    if (fault !== undefined) return StepResult.failure("LAB_FAILED", fault);
    if (archive !== undefined) await run.putOutput("archive", "application/zip", archive);
    if (odd !== undefined) return odd as StepResult;
    if (this.#done === failsAfter) return StepResult.failure("LAB_FAILED", "");
    if (this.#done === waitsAfter) {
      // What a step says in its middle is shown soon, wherever the one before left it.
      run.setProgress(this.#done, steps);
      run.setContent(this.getContent());
      if (!run.signal.aborted) await once(run.signal, "abort");
      return StepResult.continue;
    }
    this.#done += 1;
    run.setProgress(this.#done, steps);
    return this.#done === steps ? StepResult.success : StepResult.continue;
  }

  override reset(): void {
    this.#done = 0;
  }

  override getProgress(): number {
    return this.#work.progress ?? this.#done / this.#work.steps;
  }

  override getContent(): JsonObject {
    return this.#work.content ?? { done: this.#done, seq: 1, steps: this.#work.steps };
  }

  override getSerialized(): JsonObject | null {
    return this.#work.isSerializable === false
      ? null
      : { ...(this.#work as unknown as JsonObject), done: this.#done };
  }
}

/** The plugin of the recordings, for a job that the test gives. */
export function labPlugin(): Plugin & { submit: Submit } {
  const { promise, resolve } = Promise.withResolvers<Submit>();
  const plugin = definePlugin({
    name: "lab",
    version: "1.0.0",
    start(host) {
      host.registerJob(
        "Lab",
        (state) => {
          const { done, ...work } = state as unknown as LabWork & { readonly done: number };
          return new LabJob(work, done);
        },
        { create: (content) => new LabJob(content as unknown as LabWork) },
      );
      submit = (work, options) => host.submit(new LabJob(work), options);
      resolve(submit);
    },
  });
  let submit: Submit = async (...submitted) => (await promise)(...submitted);
  return { ...plugin, submit: (...submitted) => submit(...submitted) };
}

type Submit = (
  work: LabWork,
  options?: { priority?: number; startAfterMs?: number },
) => Promise<string>;
