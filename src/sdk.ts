import { JobEngineError } from "./core/errors.ts";
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
import type { JobHandle, Plugin, PluginHost, Revive, WaitOptions } from "./ports/plugin.ts";

export { JobEngineError, notMine };
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
  CreateFromContent,
  JobHandle,
  Plugin,
  PluginHost,
  Revive,
  RouteHandler,
  RouteMethod,
  RouteRequest,
  RouteResponse,
  TypeOptions,
  WaitOptions,
} from "./ports/plugin.ts";

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

/**
 * A job. Extend it, write `step`, submit an instance: the instance is the payload, the handle is
 * hidden. From a successful submit until `finalize` the instance belongs to the engine, and its
 * methods never overlap; when a submit rejects it is still yours.
 */
export abstract class Job {
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

/** A plugin as one writes it: `start` gets a host that takes jobs. */
export interface PluginDefinition {
  readonly name: string;
  readonly version: string;
  readonly start: (host: JobHost) => void | PromiseLike<void>;
  readonly stop?: () => void | PromiseLike<void>;
}

/** Makes a plugin of a definition; export the result under the name `plugin`. */
export function definePlugin(definition: PluginDefinition): Plugin {
  return { ...definition, start: (host) => definition.start(jobHost(host)) };
}

/** Adds the calls that take a Job to those that take handles. */
export function jobHost(host: PluginHost): JobHost {
  return {
    ...host,
    submit: (job, options) => give(host, job, (handle) => host.submitJob(handle, options)),
    submitAndWait: (job, options, wait) =>
      give(host, job, (handle) => host.submitJobAndWait(handle, options, wait)),
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
    return host.createJob(descriptorOf(job, () => job.finalize?.()));
  }
  throw new TypeError(otherwise);
}

/** Jobs that the engine owns at this moment, or that are being submitted. */
const owned = new WeakSet<Job>();

async function give<T>(
  host: PluginHost,
  job: Job,
  submit: (handle: JobHandle) => Promise<T>,
): Promise<T> {
  if (owned.has(job)) throw new JobEngineError("ALREADY_SUBMITTED");
  let isReturned = false;
  const finalize = (): void => {
    owned.delete(job);
    if (!isReturned) job.finalize?.();
  };
  const handle = host.createJob(descriptorOf(job, finalize));
  owned.add(job);
  try {
    return await submit(handle);
  } catch (error) {
    // The caller gets the job back as it was, so freeing its handle must not finalize it.
    isReturned = true;
    isReturned = freed(host, handle);
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

function descriptorOf(job: Job, finalize: () => void): JobDescriptor<Job> {
  const descriptor: Mutable<JobDescriptor<Job>> = {
    type: job.type,
    payload: job,
    step: stepOf,
    finalize,
  };
  if (job.stop) descriptor.stop = (own, reason) => own.stop?.(reason);
  if (job.reset) descriptor.reset = (own) => own.reset?.();
  if (job.getProgress) descriptor.getProgress = (own) => own.getProgress?.() ?? 0;
  if (job.getContent) descriptor.getContent = (own) => own.getContent?.() ?? {};
  if (job.getSerialized)
    descriptor.getSerialized = (own) => serialized(own.getSerialized?.() ?? null);
  return descriptor;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

const stepOf = (job: Job, run: JobRun): StepResult | PromiseLike<StepResult> => job.step(run);

const serialized = (state: JsonValue): string | null =>
  state === null ? null : JSON.stringify(state);
