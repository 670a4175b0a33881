import { JobEngineError } from "./core/errors.ts";
import { readJobRequest } from "./core/job-request.ts";
import type { StepResult as StepResultType, StopReason } from "./core/job-state.ts";
import {
  notMine,
  type JobDescriptor,
  type JobInfo,
  type JobRun,
  type JsonObject,
  type JsonValue,
  type SubmitOptions,
} from "./ports/job.ts";
import type {
  AnswerOptions,
  JobHandle,
  Plugin,
  PluginHost,
  Revive,
  RouteRequest,
  RouteResponse,
  WaitOptions,
} from "./ports/plugin.ts";
import type { JobProgress, ProgressTree } from "./ports/progress.ts";
import type { ProgressNode } from "./progress/progress-node.ts";
import { newRoot, treeOfRoot } from "./sdk/job-root.ts";
import { TaskJob, submitOptionsOf, type TaskSubmitOptions } from "./sdk/task-job.ts";

export { JobEngineError, notMine, readJobRequest };
export type { JobRequest } from "./core/job-request.ts";
export type { ErrorCode } from "./core/errors.ts";
export type { JobFailure, StopReason } from "./core/job-state.ts";
export type {
  JobDescriptor,
  JobInfo,
  JobLogEntry,
  JobOutput,
  JobRun,
  JsonObject,
  JsonValue,
  LogLevel,
  OutputWriter,
  SubmitOptions,
} from "./ports/job.ts";
export type {
  AnswerOptions,
  JobAnswer,
  CreateFromContent,
  JobHandle,
  Plugin,
  PluginHost,
  Revive,
  RouteHandler,
  RouteMethod,
  RouteOptions,
  RouteRequest,
  RouteResponse,
  StreamRouteHandler,
  StreamRouteMethod,
  StreamRouteOptions,
  StreamRouteRequest,
  TypeOptions,
  RouteScope,
  WaitOptions,
} from "./ports/plugin.ts";

export type {
  Panel,
  PanelAction,
  PanelCard,
  PanelFact,
  PanelSection,
  PanelTone,
} from "./ports/panel.ts";
export type { JobProgress, ProgressSnapshot } from "./ports/progress.ts";
export type { TaskSubmitOptions } from "./sdk/task-job.ts";

/** What one call of `step` reports. */
export type StepResult = StepResultType;

/** The four answers of a step. */
export const StepResult: {
  readonly success: StepResultType;
  readonly continue: StepResultType;
  /**
   * `code`: UPPER_SNAKE, yours. `retryable`: try again, as often as the submit options allow.
   * `details`: for programs, any JSON of at most 64 Ki characters.
   */
  failure(
    code: string,
    message: string,
    options?: { retryable?: boolean; details?: JsonValue },
  ): StepResultType;
  /** Step again after `afterMs`, as often as you like. Default: the retry policy's first delay. */
  retry(afterMs?: number): StepResultType;
} = {
  success: { kind: "success" },
  continue: { kind: "continue" },
  failure: (code, message, { retryable = false, details } = {}) => ({
    kind: "failure",
    error: { code, message, ...(details === undefined ? {} : { details }) },
    retryable,
  }),
  retry: (afterMs) => ({ kind: "retry", afterMs: afterMs ?? null }),
};

/** The run of a Job's present step, and the root of its tree: of this module only. */
let own: {
  enter(job: Job, run: JobRun | null): void;
  treeOf(job: Job): ProgressTree | null;
  dropTree(job: Job): void;
};

/**
 * A job. Extend it, write `step`, submit an instance: the instance is the payload, the handle is
 * hidden. From a successful submit until `finalize` the instance belongs to the engine, and its
 * methods never overlap; when a submit rejects it is still yours.
 */
export abstract class Job {
  #root: JobProgress | null = null;
  #run: JobRun | null = null;

  static {
    // A job may be anything that looks like one, also of another copy of this module.
    own = {
      enter: (job, run) => {
        if (#run in job) job.#run = run;
      },
      treeOf: (job) => (#root in job && job.#root !== null ? treeOfRoot(job.#root) : null),
      dropTree: (job) => {
        if (#root in job) job.#root = null;
      },
    };
  }

  /**
   * The root of the job's tree of progress; the same in all steps until it is reset. Add parts wherever
   * you like, also in a constructor: the tree shows from the submit on.
   */
  protected get progress(): JobProgress {
    this.#root ??= this.#run?.progress ?? newRoot(this.type ?? this.constructor.name);
    return this.#root;
  }

  /** Under this name a plugin registers how to revive it. */
  abstract readonly type: string;

  /** Does one piece of work; throwing fails the job (`error.retryable`: tries again). */
  abstract step(run: JobRun): StepResult | PromiseLike<StepResult>;

  /** A run is over, or the job was canceled while it waited, or the host closes. */
  stop?(reason: StopReason): void | PromiseLike<void>;

  /** Prepares to start over, for a resubmit. */
  reset?(): void | PromiseLike<void>;

  /** 0 to 1. */
  getProgress?(): number;

  /** What the job shows of itself. */
  getContent?(): JsonObject;

  /** The job as JSON, from which `revive` makes it again; null: it cannot be saved. */
  getSerialized?(): JsonValue;

  /** The engine lets the job go. Called exactly once, last. */
  finalize?(): void;
}

/** A plugin's host, with the calls that take a Job instead of a handle. */
export interface JobHost extends PluginHost {
  /**
   * Submits a job; resolves with its id when it is safe.
   * @throws {JobEngineError} as submitJob: the job is still yours; ALREADY_SUBMITTED: it is not
   */
  submit(job: Job, options?: SubmitOptions): Promise<string>;
  /** Submits a job and resolves when it is finished; failure is an answer, not a rejection. */
  submitAndWait(job: Job, options?: SubmitOptions, wait?: WaitOptions): Promise<JobInfo>;
  /** As answerJob, with a job instead of a handle. */
  answer(
    request: Pick<RouteRequest, "body" | "query">,
    job: Job,
    options?: AnswerOptions,
  ): Promise<RouteResponse>;
  /**
   * Submits a Task, an Observer or an Aggregator as a job; resolves with its id when it is accepted.
   * The job lasts as long as it does and ends as it does; canceling one cancels the other. It runs
   * once and cannot be saved: no retry, no resubmit, and after a restart its id answers NOT_SAVED.
   * @throws {JobEngineError} as submitJob: it is still yours; ALREADY_SUBMITTED; INVALID_ARGUMENT
   * (it is none of these, or a part: submit the whole)
   */
  submitTask(task: ProgressNode, options?: TaskSubmitOptions): Promise<string>;
  /**
   * Says how jobs of `type` are made again from what `getSerialized` gave, and with `create`, how anybody
   * may have one made from content (`POST /jobs`).
   */
  registerJob(type: string, revive: ReviveJob, options?: JobTypeOptions): void;
}

export type ReviveJob = (
  state: JsonValue,
) => Job | typeof notMine | PromiseLike<Job | typeof notMine>;

export interface JobTypeOptions {
  /**
   * Makes a job from what somebody outside wants of it. Content that will not do is refused with a
   * JobEngineError INVALID_ARGUMENT, whose words the caller is told. Absent: only the plugin makes jobs.
   */
  readonly create?: (content: JsonObject) => Job | PromiseLike<Job>;
}

/** A plugin as one writes it: `start` gets a host that takes jobs, and `stop` the same. */
export interface PluginDefinition {
  readonly name: string;
  readonly version: string;
  readonly start: (host: JobHost) => void | PromiseLike<void>;
  readonly stop?: (host: JobHost) => void | PromiseLike<void>;
}

/** Makes a plugin of a definition; export the result under the name `plugin`. */
export function definePlugin(definition: PluginDefinition): Plugin {
  const hosts = new WeakMap<PluginHost, JobHost>();
  const hostOf = (host: PluginHost): JobHost => {
    const known = hosts.get(host) ?? jobHost(host);
    hosts.set(host, known);
    return known;
  };
  return {
    ...definition,
    start: (host) => definition.start(hostOf(host)),
    stop: (host) => definition.stop?.(hostOf(host)),
  };
}

/** Adds the calls that take a Job to those that take handles. */
export function jobHost(host: PluginHost): JobHost {
  return {
    ...host,
    submit: (job, options) => give(host, job, (handle) => host.submitJob(handle, options)),
    answer: (request, job, options) =>
      give(host, job, (handle) => host.answerJob(request, handle, options)),
    submitAndWait: (job, options, wait) =>
      give(host, job, (handle) => host.submitJobAndWait(handle, options, wait)),
    submitTask: (task, options) => submitTask(host, task, options),
    registerJob: (type, revive, { create } = {}) => {
      const reviveHandle: Revive = async (_type, state) => {
        const job = await revive(JSON.parse(new TextDecoder().decode(state)) as JsonValue);
        return job === notMine
          ? notMine
          : handleOf(host, job, `the revive of "${type}" must answer a Job or notMine`);
      };
      const options = create && {
        create: async (content: JsonObject) =>
          handleOf(host, await create(content), `the create of "${type}" must answer a Job`),
      };
      host.registerType(type, reviveHandle, options);
    },
  };
}

/** The handle of a job that the engine will own. @throws {TypeError} it is no job */
function handleOf(host: PluginHost, job: Job, otherwise: string): JobHandle {
  if (typeof job?.step === "function") {
    return host.createJob(descriptorOf(job, finalizeOwn));
  }
  throw new TypeError(otherwise);
}

/** Jobs that the engine owns at this moment, or that are being submitted. */
const owned = new WeakSet<Job>();
/** Of these those that are given back to whoever submitted them. */
const returned = new WeakSet<Job>();

async function give<T>(
  host: PluginHost,
  job: Job,
  submit: (handle: JobHandle) => Promise<T>,
): Promise<T> {
  if (owned.has(job)) throw new JobEngineError("ALREADY_SUBMITTED");
  const handle = host.createJob(descriptorOf(job, finalizeGiven));
  owned.add(job);
  try {
    return await submit(handle);
  } catch (error) {
    // The caller gets the job back as it was, so freeing its handle must not finalize it.
    returned.add(job);
    freed(host, handle);
    returned.delete(job);
    throw error;
  }
}

/** Tasks that were submitted: each runs once. */
const submitted = new WeakSet<ProgressNode>();

async function submitTask(
  host: PluginHost,
  task: ProgressNode,
  options: TaskSubmitOptions = {},
): Promise<string> {
  const job = new TaskJob(task, options.type);
  const wish = submitOptionsOf(options);
  if (submitted.has(task)) throw new JobEngineError("ALREADY_SUBMITTED");
  submitted.add(task);
  const handle = host.createJob(job.descriptor);
  try {
    const id = await host.submitJob(handle, wish);
    // One that is canceled while its job waits ends it; one that runs, says so itself.
    void task.settled.then(({ state }) => {
      if (state === "canceled") host.cancelJob(id).catch(() => undefined);
    });
    return id;
  } catch (error) {
    if (freed(host, handle)) submitted.delete(task);
    throw error;
  }
}

/** Frees a handle; false: it was submitted after all, and only what followed failed. */
function freed(host: PluginHost, handle: JobHandle): boolean {
  try {
    host.freeJob(handle);
    return true;
  } catch {
    // ALREADY_SUBMITTED or STALE_HANDLE: the engine has it, or has finalized it already.
    return false;
  }
}

/** There may be a million jobs that wait: what the callbacks know is in the job alone. */
function descriptorOf(job: Job, finalize: (job: Job) => void): JobDescriptor<Job> {
  const descriptor: Mutable<JobDescriptor<Job>> = {
    type: job.type,
    payload: job,
    step: stepOf,
    finalize,
    getTree: treeOf,
  };
  if (job.stop) descriptor.stop = (one, reason) => one.stop?.(reason);
  if (job.reset) {
    descriptor.reset = (one) => {
      own.dropTree(one);
      return one.reset?.();
    };
  }
  if (job.getProgress) descriptor.getProgress = (one) => one.getProgress?.() ?? 0;
  if (job.getContent) descriptor.getContent = (one) => one.getContent?.() ?? {};
  if (job.getSerialized)
    descriptor.getSerialized = (one) => serialized(one.getSerialized?.() ?? null);
  return descriptor;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

function finalizeGiven(job: Job): void {
  own.enter(job, null);
  own.dropTree(job);
  owned.delete(job);
  if (!returned.has(job)) job.finalize?.();
}

function finalizeOwn(job: Job): void {
  own.enter(job, null);
  own.dropTree(job);
  job.finalize?.();
}

const treeOf = (job: Job): ProgressTree | null => own.treeOf(job);

function stepOf(job: Job, run: JobRun): StepResult | PromiseLike<StepResult> {
  own.enter(job, run);
  return job.step(run);
}

const serialized = (state: JsonValue): string | null =>
  state === null ? null : JSON.stringify(state);
