import type { StepResult, StopReason } from "../core/job-state.ts";
import type { JobDescriptor, JobRun, JsonObject } from "../ports/job.ts";

/**
 * What one step does: return a result, the plain form of one by its kind, or whatever a function
 * says. It may throw and return what no step must return: that is what it is for.
 */
export type ScriptedStep = StepResult | StepResult["kind"] | ((run: JobRun) => unknown);

/** What a scripted job does and says; whatever is left out, it has no such callback. */
export interface Script {
  /** Default "scripted". */
  readonly type?: string;
  /** One for each step; after the last one it succeeds. Default: none. */
  readonly steps?: readonly ScriptedStep[];
  readonly stop?: (reason: StopReason) => void | PromiseLike<void>;
  readonly reset?: () => void | PromiseLike<void>;
  readonly getProgress?: () => number;
  readonly getContent?: () => JsonObject;
  readonly getSerialized?: () => Uint8Array | string | null;
  readonly finalize?: () => void;
}

/** A job that does as it is told and notes what was called on it. */
export class ScriptedJob {
  /** What was called, in order, such as `["step", "step", "stop:success", "finalize"]`. */
  readonly trace: string[] = [];
  /** What to create the job from. */
  readonly descriptor: JobDescriptor<ScriptedJob>;
  #steps: readonly ScriptedStep[];

  constructor(script: Script = {}) {
    this.#steps = script.steps ?? [];
    const { reset, getProgress, getContent, getSerialized } = script;
    this.descriptor = {
      type: script.type ?? "scripted",
      payload: this,
      step: (_job, run) => this.#step(run) as StepResult,
      stop: (_job, reason) => this.#note(`stop:${reason}`, () => script.stop?.(reason)),
      ...(reset && { reset: () => this.#note("reset", reset) }),
      ...(getProgress && { getProgress: () => getProgress() }),
      ...(getContent && { getContent: () => getContent() }),
      ...(getSerialized && { getSerialized: () => getSerialized() }),
      finalize: () => this.#note("finalize", () => script.finalize?.()),
    };
  }

  /** How often it was stepped. */
  get steps(): number {
    return this.trace.filter((call) => call === "step").length;
  }

  #step(run: JobRun): unknown {
    const [next = "success", ...rest] = this.#steps;
    this.#steps = rest;
    return this.#note("step", () => {
      if (typeof next === "function") return next(run);
      return typeof next === "string" ? plain[next] : next;
    });
  }

  #note<T>(call: string, answer: () => T): T {
    this.trace.push(call);
    return answer();
  }
}

const plain: Readonly<Record<StepResult["kind"], StepResult>> = {
  success: { kind: "success" },
  failure: {
    kind: "failure",
    error: { code: "SCRIPTED", message: "The script says so" },
    retryable: false,
  },
  continue: { kind: "continue" },
  retry: { kind: "retry", afterMs: null },
};
