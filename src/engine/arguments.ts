import { JobEngineError } from "../core/errors.ts";
import { parseJobId, type JobId } from "../core/job-id.ts";
import {
  completeRetryPolicy,
  defaultRetryPolicy,
  faultOf,
  type RetryPolicy,
} from "../core/retry-policy.ts";
import type { JobDescriptor, SubmitOptions } from "../ports/job.ts";
import type { CreateFromContent, TypeOptions, WaitOptions } from "../ports/plugin.ts";
import {
  readFlag,
  readKey,
  readPatience,
  readStartAfter,
  readStepTimeout,
  readUserData,
} from "./submit-fields.ts";
import type { Patience } from "./waiting-room.ts";

/** Longest name of a job type, in characters. */
const maxTypeLength = 128;

const callbacks = [
  "stop",
  "reset",
  "getProgress",
  "getContent",
  "getSerialized",
  "finalize",
  "getTree",
] as const satisfies readonly (keyof JobDescriptor)[];

const knownOptions = [
  "priority",
  "key",
  "startAfterMs",
  "userData",
  "noWait",
  "signal",
  "awaited",
  "maxAttempts",
  "backoff",
  "stepTimeoutMs",
];
const knownBackoff = ["firstDelayMs", "factor", "capMs", "jitter"];

/** @throws {JobEngineError} INVALID_ARGUMENT */
export function checkDescriptor(descriptor: unknown): asserts descriptor is JobDescriptor {
  const given = readObject(descriptor, "the job descriptor");
  const type: unknown = given["type"];
  checkTypeName(type);
  if (typeof given["step"] !== "function") {
    throw invalid(`a "${type}" job needs a step function`);
  }
  for (const name of callbacks) {
    if (given[name] !== undefined && typeof given[name] !== "function") {
      throw invalid(`${name} of a "${type}" job must be a function or absent`);
    }
  }
}

/** @throws {JobEngineError} INVALID_ARGUMENT */
function checkTypeName(type: unknown): asserts type is string {
  if (typeof type === "string" && type.length > 0 && type.length <= maxTypeLength) return;
  throw invalid(`a job type is a text of 1 to ${maxTypeLength} characters, not ${show(type)}`);
}

/** How jobs of the type are made from content; null: not at all. @throws {JobEngineError} INVALID_ARGUMENT */
export function checkType(
  type: unknown,
  revive: unknown,
  options: TypeOptions | null,
): CreateFromContent | null {
  checkTypeName(type);
  if (typeof revive !== "function") throw invalid(`the job type "${type}" needs a revive function`);
  const { create } = options ?? {};
  if (create === undefined || typeof create === "function") return create ?? null;
  throw invalid(`create of the job type "${type}" must be a function or absent`);
}

/** @throws {JobEngineError} NOT_FOUND: what cannot be an id is the id of no job */
export function readJobId(text: unknown): JobId {
  const id = typeof text === "string" ? parseJobId(text) : null;
  if (id === null) throw noSuchJob(text);
  return id;
}

export function noSuchJob(id: unknown): JobEngineError {
  return new JobEngineError("NOT_FOUND", `no job has the id ${show(id)}`);
}

/** @throws {JobEngineError} INVALID_ARGUMENT */
export function readPriority(priority: unknown): number {
  if (typeof priority === "number" && (priority | 0) === priority) return priority;
  throw invalid(`a priority is a whole number of 32 bits, not ${show(priority)}`);
}

/** How a job is submitted, with every default. */
export interface SubmitWish {
  readonly priority: number;
  readonly key: string | null;
  /** 0: at once. */
  readonly startAfterMs: number;
  readonly userData: string | null;
  readonly patience: Patience;
  readonly awaited: boolean;
  readonly retry: RetryPolicy;
  readonly stepTimeoutMs: number;
}

/** The options with their defaults. @throws {JobEngineError} INVALID_ARGUMENT, TOO_LARGE */
export function readSubmitOptions(options: SubmitOptions): SubmitWish {
  const given = readObject(options, "the submit options");
  refuseUnknown(given, knownOptions, "submit");
  return {
    priority: readPriority(given["priority"] ?? 0),
    key: readKey(given["key"]),
    startAfterMs: readStartAfter(numberOf(given, "startAfterMs") ?? 0),
    userData: readUserData(given["userData"]),
    patience: readPatience(given["noWait"], given["signal"]),
    awaited: readFlag("awaited", given["awaited"]),
    retry: readRetry(given),
    stepTimeoutMs: readStepTimeout(numberOf(given, "stepTimeoutMs") ?? 0),
  };
}

/** @throws {JobEngineError} INVALID_ARGUMENT */
function readRetry(given: Readonly<Record<string, unknown>>): RetryPolicy {
  // Of most jobs; one policy for all of them.
  if (given["maxAttempts"] === undefined && given["backoff"] === undefined) {
    return defaultRetryPolicy;
  }
  const backoff = readObject(given["backoff"] ?? {}, "backoff");
  refuseUnknown(backoff, knownBackoff, "backoff");
  const retry = completeRetryPolicy({
    ...readNumber(given, "maxAttempts"),
    ...readNumber(backoff, "firstDelayMs"),
    ...readNumber(backoff, "factor"),
    ...readNumber(backoff, "capMs"),
    ...readNumber(backoff, "jitter"),
  });
  const fault = faultOf(retry);
  if (fault !== null) throw invalid(fault);
  return retry;
}

/** @throws {JobEngineError} INVALID_ARGUMENT */
export function checkWaitOptions(options: WaitOptions): void {
  const { timeoutMs = 0 } = readNumber(readObject(options, "the wait options"), "timeoutMs");
  if (timeoutMs < 0) throw invalid(`timeoutMs is below 0: ${timeoutMs}`);
}

function refuseUnknown(
  given: Readonly<Record<string, unknown>>,
  known: readonly string[],
  what: string,
): void {
  for (const name of Object.keys(given)) {
    if (known.includes(name) || given[name] === undefined) continue;
    throw invalid(`there is no ${what} option "${name}"; there are ${known.join(", ")}`);
  }
}

/** The number under its name; nothing if it is not given. */
function readNumber<Name extends string>(
  given: Readonly<Record<string, unknown>>,
  name: Name,
): { readonly [key in Name]?: number } {
  const value = numberOf(given, name);
  return value === undefined ? {} : ({ [name]: value } as { readonly [key in Name]: number });
}

/** Undefined: it is not given. @throws {JobEngineError} INVALID_ARGUMENT */
function numberOf(given: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = given[name];
  if (value === undefined) return undefined;
  if (typeof value === "number" && !Number.isNaN(value)) return value;
  throw invalid(`${name} must be a number, not ${show(value)}`);
}

function readObject(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  throw invalid(`${name} must be an object, not ${show(value)}`);
}

const invalid = (detail: string): JobEngineError => new JobEngineError("INVALID_ARGUMENT", detail);

const show = (value: unknown): string =>
  typeof value === "string" ? `"${value.slice(0, 100)}"` : String(value);
