import { JobEngineError } from "../core/errors.ts";
import { boundedJson, type JsonObject, type JsonValue } from "../core/json.ts";
import type { StepResult } from "../core/job-state.ts";
import type { JobDescriptor, JobRun, SubmitOptions } from "../ports/job.ts";
import { ProgressError } from "../progress/errors.ts";
import type { Outcome } from "../progress/life.ts";
import type { ProgressNode } from "../progress/progress-node.ts";
import { Tree } from "../progress/tree.ts";
import { detailsOf, wordsOf } from "./thrown-details.ts";

/** How a task is submitted. It runs once: there is nothing to try again. */
export interface TaskSubmitOptions extends Omit<SubmitOptions, "maxAttempts" | "backoff"> {
  /** The type of the job. Default: "Task", "Observer" or "Aggregator". */
  readonly type?: string;
}

/** Most of a value that is shown in the content, in characters of JSON. */
const maxValueChars = 262_144;

/** Longest name in the content; characters. */
const maxNameChars = 512;

const types = { task: "Task", observer: "Observer", aggregator: "Aggregator" } as const;

/** A Task, an Observer or an Aggregator as a job: one run, of one step, which lasts as long as it does. */
export class TaskJob {
  readonly #tree: Tree;
  readonly #name: string;
  readonly type: string;

  /** @throws {JobEngineError} INVALID_ARGUMENT: it is none of them, or a part of another */
  constructor(node: ProgressNode, type: string | undefined) {
    this.#tree = treeOf(node);
    this.#name = node.name;
    this.type = type ?? types[node.kind];
  }

  get descriptor(): JobDescriptor<TaskJob> {
    return {
      type: this.type,
      payload: this,
      step: (own, run) => own.#step(run),
      stop: (own, reason) => {
        if (reason !== "paused")
          own.#tree.stop(new DOMException("the job has ended", "AbortError"));
      },
      getContent: (own) => own.#content(),
      getTree: (own) => own.#tree,
    };
  }

  async #step(run: JobRun): Promise<StepResult> {
    await this.#tree.rested();
    const { outcome } = this.#tree;
    return outcome === null ? { kind: "continue" } : resultOf(outcome, run);
  }

  #content(): JsonObject {
    const { outcome } = this.#tree;
    const name = { Name: this.#name.slice(0, maxNameChars) };
    const value = outcome?.state === "finished" ? outcome.value : undefined;
    return value === undefined ? name : { ...name, Value: boundedJson(value, maxValueChars) };
  }
}

function resultOf(outcome: Outcome, run: JobRun): StepResult {
  switch (outcome.state) {
    case "finished":
      return { kind: "success" };
    case "canceled":
      // Asked for by the job, the answer is the job's; else it is the tree that has ended the job.
      if (run.shouldStop() !== "nothing") return { kind: "continue" };
      return failure("JOB_CANCELED", wordsOf(outcome.reason).message);
    case "failed": {
      const { code, message, details } = detailsOf(outcome.error);
      return failure(code ?? "TASK_FAILED", message, details);
    }
  }
}

const failure = (code: string, message: string, details?: JsonValue): StepResult => ({
  kind: "failure",
  error: { code, message, ...(details === undefined ? {} : { details }) },
  retryable: false,
});

function treeOf(node: ProgressNode): Tree {
  try {
    return new Tree(node);
  } catch (error) {
    if (!(error instanceof ProgressError)) throw error;
    const detail = error.code === "HAS_PARENT" ? `${error.message}: submit that` : notOne;
    throw new JobEngineError("INVALID_ARGUMENT", detail, { cause: error });
  }
}

const notOne =
  "what is submitted as a task is a Task, an Observer or an Aggregator of this copy of the package";

/** The options of a submit of a job. @throws {JobEngineError} INVALID_ARGUMENT */
export function submitOptionsOf(options: TaskSubmitOptions): SubmitOptions {
  const { type: _type, ...rest } = options;
  const given: SubmitOptions = rest;
  if (given.maxAttempts === undefined && given.backoff === undefined) return rest;
  const detail = "a task runs once: it takes neither maxAttempts nor backoff";
  throw new JobEngineError("INVALID_ARGUMENT", detail);
}
