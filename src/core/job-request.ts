import { JobEngineError } from "./errors.ts";
import type { JsonValue } from "./json.ts";

/** What is read of a request to a route. */
export interface RequestParts {
  readonly body: Uint8Array;
  readonly query: { get(name: string): string | null };
}

/** Longest time that a request may name, in seconds (a day). */
const longestTimeout = 86_400;

/** What a request says of the job it is to make, in the words of Orthanc. */
export interface JobRequest {
  /** The body; undefined: it is empty. */
  readonly body: JsonValue | undefined;
  /** Null: it does not say. */
  readonly synchronous: boolean | null;
  /** Undefined: it does not say. */
  readonly priority: number | undefined;
  /** Whether a job of several parts goes on when one of them fails. Default false. */
  readonly permissive: boolean;
  /** Undefined: there is none. */
  readonly userData: JsonValue | undefined;
  /** Null: none. */
  readonly timeoutMs: number | null;
}

/**
 * Reads what Orthanc reads in the body of any request that makes a job. A body that is no object, or
 * empty, says nothing of this. @throws {JobEngineError} INVALID_JSON, INVALID_ARGUMENT
 */
export function readJobRequest({ body, query }: RequestParts): JobRequest {
  const json = parse(body);
  const fields = typeof json === "object" && json !== null && !Array.isArray(json) ? json : {};
  const field = (name: string): JsonValue | undefined =>
    Object.hasOwn(fields, name) ? (fields as Readonly<Record<string, JsonValue>>)[name] : undefined;
  const synchronous = flag("Synchronous", field("Synchronous"));
  const asynchronous = flag("Asynchronous", field("Asynchronous"));
  const priority = field("Priority");
  return {
    body: json,
    synchronous: synchronous ?? (asynchronous === null ? null : !asynchronous),
    priority: priority === undefined ? undefined : readPriority(priority),
    permissive: flag("Permissive", field("Permissive")) ?? false,
    userData: field("UserData"),
    timeoutMs: readTimeout(query.get("timeout")),
  };
}

/** Undefined: it is empty. */
function parse(body: Uint8Array): JsonValue | undefined {
  if (body.byteLength === 0) return undefined;
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)) as JsonValue;
  } catch {
    throw new JobEngineError("INVALID_JSON", "the body of the request is not JSON in UTF-8");
  }
}

/** Null: it is not given. */
function flag(name: string, value: JsonValue | undefined): boolean | null {
  if (value === undefined) return null;
  if (typeof value === "boolean") return value;
  throw new JobEngineError("INVALID_ARGUMENT", `${name} is true or false, not ${show(value)}`);
}

const show = (value: JsonValue): string => JSON.stringify(value).slice(0, 100);

/** Milliseconds; null: no limit. */
function readTimeout(text: string | null): number | null {
  if (text === null) return null;
  const seconds = /^\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN;
  if (seconds <= longestTimeout) return Math.ceil(seconds * 1000);
  const why = `timeout is 0 to ${longestTimeout} seconds, not "${text.slice(0, 100)}"`;
  throw new JobEngineError("INVALID_ARGUMENT", why);
}

function readPriority(priority: JsonValue): number {
  if (typeof priority === "number" && (priority | 0) === priority) return priority;
  const why = `a priority is a whole number of 32 bits, not ${show(priority)}`;
  throw new JobEngineError("INVALID_ARGUMENT", why);
}
