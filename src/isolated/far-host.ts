import type { FarJob, HostCalls, Waited } from "../adapters/isolation/protocol/calls.ts";
import { nearError } from "../adapters/isolation/protocol/far-error.ts";
import { JobEngineError } from "../core/errors.ts";
import { answerJob } from "../engine/answer-job.ts";
import { checkDescriptor, checkType, checkWaitOptions } from "../engine/arguments.ts";
import type { Handles } from "../engine/handles.ts";
import type { JobTypes } from "../engine/job-types.ts";
import { valueAt } from "../engine/plugin-host.ts";
import { checkRouteBody } from "../engine/route-body.ts";
import type { CallScope } from "../ports/call-scope.ts";
import type { JobInfo, JsonObject, LogLevel, SubmitOptions } from "../ports/job.ts";
import type {
  JobHandle,
  PluginHost,
  RouteHandler,
  RouteMethod,
  RouteOptions,
  StreamRouteHandler,
  StreamRouteOptions,
  WaitOptions,
} from "../ports/plugin.ts";
import type { OutsideCall } from "../ports/outside.ts";
import type { OwnedJobs } from "./owned-jobs.ts";
import type { RouteService } from "./route-service.ts";

/** How the host is asked. */
export interface Asking {
  ask<Name extends keyof HostCalls>(
    name: Name,
    question: Parameters<HostCalls[Name]>[0],
    signal?: AbortSignal,
  ): Promise<Awaited<ReturnType<HostCalls[Name]>>>;
  tell<Name extends keyof HostCalls>(name: Name, question: Parameters<HostCalls[Name]>[0]): void;
  /** Tells a line, unless too many are on their way. */
  log(level: LogLevel, text: string): void;
  /** Asks and does nothing else until the host has answered. */
  block<Name extends "jobInfo" | "registerRoute" | "openOutput">(
    name: Name,
    question: Parameters<HostCalls[Name]>[0],
  ): ReturnType<HostCalls[Name]>;
}

export interface FarHostParts {
  readonly plugin: string;
  readonly host: Asking;
  readonly handles: Handles;
  readonly types: JobTypes;
  readonly jobs: OwnedJobs;
  readonly scope: CallScope;
  readonly settings: JsonObject;
  /** The number under which the host asks for this handler. */
  readonly addRoute: RouteService["add"];
  readonly isClosed: () => boolean;
}

type Handled = Parameters<RouteService["add"]>[0];

/** The calls of a plugin whose host is elsewhere: handles are of this side, jobs of the host's. */
export function farHost(parts: FarHostParts): PluginHost {
  const { plugin, host, handles, types, scope, settings } = parts;
  const control = (id: string, call: OutsideCall): Promise<void> =>
    host.ask("control", { id, call });
  const mustBeOpen = (): void => {
    if (parts.isClosed()) throw new JobEngineError("CLOSING");
  };
  return {
    createJob(descriptor) {
      checkDescriptor(descriptor);
      mustBeOpen();
      return handles.create(plugin, descriptor);
    },
    submitJob: (job, options) => submitted(parts, job, options),
    freeJob: (job) => handles.free(plugin, job),
    registerType(type, revive, options = {}) {
      const create = checkType(type, revive, options);
      mustBeOpen();
      types.add({ plugin, type }, revive, create);
      host.tell("registerType", { type, canCreate: create !== null });
    },
    cancelJob: (id) => control(id, { kind: "cancel" }),
    pauseJob: (id) => control(id, { kind: "pause" }),
    resumeJob: (id) => control(id, { kind: "resume" }),
    resubmitJob: (id) => control(id, { kind: "resubmit" }),
    deleteJob: (id) => control(id, { kind: "delete" }),
    setPriority: (id, priority) => control(id, { kind: "set-priority", priority }),
    wakeJob: (id) => host.ask("wake", { id }),
    jobInfo: (id) => host.block("jobInfo", { id }),
    waitJob: (id, options = {}) => wait(parts, id, options),
    async submitJobAndWait(job, options, waiting = {}) {
      checkWaitOptions(waiting);
      mustBeAbleToWait(scope);
      const answer = await submit(parts, job, { options, wait: waiting });
      if (answer.kind === "ended") return answer.job;
      throw new JobEngineError("INTERNAL", "a submit that waits was answered before the end");
    },
    answerJob: (request, job, options) =>
      answerJob((how) => submitted(parts, job, how), request, options),
    log: (level, text) => host.log(level, text),
    registerRoute(
      method: RouteMethod,
      pattern: string,
      handler: RouteHandler | StreamRouteHandler,
      options: RouteOptions | StreamRouteOptions = {},
    ) {
      checkFunction(handler, `the route ${pattern} needs a handler function`);
      checkRouteBody(method, pattern, options);
      const isStream = options.body === "stream";
      // The overloads have seen to it that the handler takes what its options say.
      const handled = { kind: isStream ? "stream" : "whole", handler } as Handled;
      const route = parts.addRoute(handled);
      const maxBytes = isStream ? options.maxBytes : undefined;
      const shown = { panel: undefined, metrics: undefined, ...options };
      const { scope: asked, panel, metrics } = shown;
      const question = { method, pattern, route, scope: asked, panel, metrics, maxBytes };
      host.block("registerRoute", question);
    },
    getConfig: (path) => valueAt(settings, path),
  };
}

async function submitted(
  parts: FarHostParts,
  job: JobHandle,
  options: SubmitOptions | undefined,
): Promise<string> {
  const answer = await submit(parts, job, { options });
  return answer.kind === "submitted" ? answer.id : "";
}

interface HowToSubmit {
  readonly options: SubmitOptions | undefined;
  readonly wait?: WaitOptions;
}

/** On any rejection but those of waiting nothing has happened, and the handle is still good. */
async function submit(parts: FarHostParts, handle: JobHandle, how: HowToSubmit): Promise<Waited> {
  const { plugin, host, handles, jobs, scope } = parts;
  const signal = signalOf(how);
  signal?.throwIfAborted();
  const submitting = handles.beginSubmit(plugin, handle);
  let payload: number | null = null;
  let answer: Waited;
  try {
    const snapshot = submitting.payload.snapshot();
    payload = jobs.offer(submitting);
    const { type, payload: own } = submitting;
    const job: FarJob = { payload, type, canReset: own.canReset, snapshot, tree: own.tree };
    const mayWait = scope.inside() === null;
    answer = await host.ask("submit", { job, ...crossing(how, mayWait) }, signal);
  } catch (error) {
    if (payload === null) submitting.fail();
    else jobs.refused(payload);
    throw reasonOf(error, signal);
  }
  jobs.submitted(payload);
  if (answer.kind === "gave-up") throw reasonOf(nearError(answer.error), signal);
  return answer;
}

/** Aborted when one of those given is. @throws {JobEngineError} INVALID_ARGUMENT */
function signalOf({ options, wait: waiting }: HowToSubmit): AbortSignal | undefined {
  const given = [options?.signal, waiting?.signal].filter((signal) => signal !== undefined);
  for (const signal of given) checkSignal(signal);
  return given.length === 0 ? undefined : AbortSignal.any(given);
}

/** The options as they cross. Whether the caller may wait for room, the host cannot know. */
function crossing(
  { options, wait: waiting }: HowToSubmit,
  mayWait: boolean,
): Pick<Parameters<HostCalls["submit"]>[0], "options" | "wait"> {
  const isReadable = options === undefined || isObject(options);
  const told = mayWait || !isReadable ? options : { ...options, noWait: true };
  return { options: told && withoutSignal(told), wait: waiting && withoutSignal(waiting) };
}

async function wait(
  { host, scope }: FarHostParts,
  id: string,
  options: WaitOptions,
): Promise<JobInfo> {
  checkWaitOptions(options);
  if (scope.inside() === "job") {
    // One that has ended need not be waited for.
    const job = host.block("jobInfo", { id });
    if (job.state === "succeeded" || job.state === "failed") return job;
    mustBeAbleToWait(scope);
  }
  try {
    return await host.ask("wait", { id, options: withoutSignal(options) }, options.signal);
  } catch (error) {
    throw reasonOf(error, options.signal);
  }
}

/** What was asked of the host to give up looks there like an abort; here it has its own reason. */
function reasonOf(error: unknown, signal: AbortSignal | undefined): unknown {
  const isAbort = error instanceof Error && error.name === "AbortError";
  return isAbort && signal?.aborted === true ? signal.reason : error;
}

/** A signal does not cross; its abort does. */
function withoutSignal<Options extends { readonly signal?: AbortSignal }>(
  options: Options,
): Omit<Options, "signal"> {
  // What is no object has no signal, and the host says what is wrong with it.
  if (!isObject(options)) return options;
  const { signal: _signal, ...rest } = options;
  return rest;
}

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null;

function checkSignal(signal: unknown): void {
  if (signal instanceof AbortSignal) return;
  throw new JobEngineError("INVALID_ARGUMENT", "signal must be an AbortSignal");
}

function mustBeAbleToWait(scope: CallScope): void {
  if (scope.inside() !== "job") return;
  const why = "a job's callback cannot wait for another job; it might wait for its own slot";
  throw new JobEngineError("WRONG_THREAD", why);
}

function checkFunction(value: unknown, detail: string): void {
  if (typeof value !== "function") throw new JobEngineError("INVALID_ARGUMENT", detail);
}
