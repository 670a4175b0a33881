import { JobEngineError } from "../../../src/core/errors.ts";
import type { StepResult } from "../../../src/core/job-state.ts";
import type { JobDescriptor, JobRun } from "../../../src/ports/job.ts";
import { ownFailure, type Plan, type StepAnswer } from "../plan.ts";

/** A step that is held until the test lets it answer. */
interface HeldStep {
  readonly run: JobRun;
  readonly answer: PromiseWithResolvers<StepResult>;
  /** It has saved its state: what it says of it wins over the getters, so that is all it does. */
  hasSaved: boolean;
}

/** A payload whose steps do what the test says, when the test says it. */
export class Puppet {
  readonly plan: Plan;
  /** What was called, in order. */
  readonly calls: string[] = [];
  /** How much work was in the state that it was made from. */
  readonly born: number;
  /** Which faults nobody else would see. */
  readonly faults: string[] = [];
  #work: number;
  #held: HeldStep | null = null;
  #isInside = false;

  constructor(plan: Plan, born: number) {
    this.plan = plan;
    this.born = born;
    this.#work = born;
  }

  get work(): number {
    return this.#work;
  }

  get isStepping(): boolean {
    return this.#held !== null;
  }

  descriptor(): JobDescriptor<Puppet> {
    const { plan } = this;
    return {
      type: plan.type,
      payload: this,
      step: (_payload, run) => this.#step(run),
      stop: (_payload, reason) => this.#note(`stop:${reason}`),
      ...(plan.resets && { reset: () => this.#reset() }),
      ...(plan.saved && { getSerialized: () => stateText(plan.name, this.#work) }),
      finalize: () => this.#note("finalize"),
    };
  }

  /** Lets the step answer. A step that would go on has done something. */
  answer(answer: StepAnswer): void {
    const held = this.#take();
    if (!held.hasSaved && (answer.kind === "continue" || answer.kind === "retry")) this.#work += 1;
    if (answer.kind === "throw") held.answer.reject(thrown(answer.retryable));
    else held.answer.resolve(resultOf(answer));
  }

  /** Saves, in the middle of the step, that there is one more piece of work done. */
  async checkpoint(): Promise<void> {
    this.#work += 1;
    if (this.#held !== null) this.#held.hasSaved = true;
    await this.#held?.run.checkpoint(stateText(this.plan.name, this.#work));
  }

  async #step(run: JobRun): Promise<StepResult> {
    this.#note("step");
    const answer = Promise.withResolvers<StepResult>();
    this.#held = { run, answer, hasSaved: false };
    this.#isInside = true;
    if (this.plan.listens) this.#listen(run.signal, answer);
    try {
      return await answer.promise;
    } finally {
      this.#isInside = false;
    }
  }

  #listen(signal: AbortSignal, { reject }: PromiseWithResolvers<StepResult>): void {
    const obey = (): void => {
      this.#held = null;
      reject(signal.reason);
    };
    if (signal.aborted) obey();
    else signal.addEventListener("abort", obey, { once: true });
  }

  #take(): HeldStep {
    const held = this.#held;
    if (held === null) throw new Error(`the real ${this.plan.name} does not step`);
    this.#held = null;
    return held;
  }

  #reset(): void {
    this.#note("reset");
    this.#work = 0;
  }

  #note(call: string): void {
    if (this.#isInside) this.faults.push(`${call} during a step of ${this.plan.name}`);
    if (this.calls.includes("finalize")) this.faults.push(`${call} after finalize`);
    this.calls.push(call);
  }
}

export const stateText = (name: string, work: number): string => `${name}:${work}`;

/** Whose state it is, and how much work is in it. */
export function readState(state: Uint8Array): { readonly name: string; readonly work: number } {
  const [name = "", work = ""] = new TextDecoder().decode(state).split(":");
  return { name, work: Number(work) };
}

function resultOf(answer: Exclude<StepAnswer, { kind: "throw" }>): StepResult {
  if (answer.kind !== "failure") return answer;
  const error = { code: ownFailure, message: "the test says so" };
  return { kind: "failure", error, retryable: answer.retryable };
}

const thrown = (retryable: boolean): Error =>
  Object.assign(new Error("the test says so"), { retryable });

/** What a call answered: "ok", or the code of its error. */
export function answerOf(error: unknown): string {
  return error instanceof JobEngineError ? error.code : String(error);
}
