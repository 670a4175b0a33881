import { STATUS_CODES } from "node:http";
import { errorCodes, type ErrorCode } from "../core/errors.ts";
import { describeError, type OrthancError } from "./orthanc-errors.ts";

/** Why a request is not done. */
export interface Refusal {
  /** HTTP status. */
  readonly status: number;
  readonly orthanc: OrthancError;
  readonly code: ErrorCode;
  /** A sentence: what happened, with which value, what to do. Goes out as it is. */
  readonly details: string;
}

/** The content type of every refusal. Orthanc sends the same body as text/plain. */
export const errorContentType = "application/json; charset=utf-8";

/** How each of our codes looks from outside. */
const answers = {
  INVALID_ARGUMENT: { status: 400, orthanc: 3 },
  STALE_HANDLE: { status: 500, orthanc: 6 },
  NOT_YOURS: { status: 500, orthanc: 6 },
  ALREADY_SUBMITTED: { status: 500, orthanc: 6 },
  BUSY: { status: 500, orthanc: 6 },
  QUEUE_FULL: { status: 503, orthanc: 36 },
  CLOSING: { status: 503, orthanc: 36 },
  WRONG_THREAD: { status: 500, orthanc: 6 },
  WRONG_STATE: { status: 400, orthanc: 8 },
  NOT_FOUND: { status: 404, orthanc: 7 },
  TIMED_OUT: { status: 500, orthanc: 16 },
  NAME_TAKEN: { status: 409, orthanc: 46 },
  INVALID_JSON: { status: 400, orthanc: 28 },
  TOO_LARGE: { status: 413, orthanc: 3 },
  UNSUPPORTED: { status: 501, orthanc: 2 },
  NOT_AUTHENTICATED: { status: 401, orthanc: 29 },
  NOT_ALLOWED: { status: 403, orthanc: 45 },
  TOO_MANY_REQUESTS: { status: 429, orthanc: 36 },
  STORE_FAILED: { status: 503, orthanc: 36 },
  BAD_STATE_DATA: { status: 500, orthanc: 1 },
  INTERNAL: { status: 500, orthanc: -1 },
  PLUGIN_CRASHED: { status: 503, orthanc: 36 },
  // These end the start of a host. A handler that throws one nevertheless failed.
  CONFIG_INVALID: { status: 500, orthanc: -1 },
  PORT_IN_USE: { status: 500, orthanc: -1 },
  STORE_UNREADABLE: { status: 500, orthanc: -1 },
  STORE_TOO_NEW: { status: 500, orthanc: -1 },
  PLUGIN_NOT_LOADED: { status: 500, orthanc: 25 },
  PLUGIN_ABI_MISMATCH: { status: 500, orthanc: 25 },
  NOT_A_PLUGIN: { status: 500, orthanc: 25 },
  PLUGIN_START_FAILED: { status: 500, orthanc: 25 },
} as const satisfies Record<ErrorCode, Pick<Refusal, "status" | "orthanc">>;

/** Refusals of the HTTP layer itself, by status. */
const httpAnswers: Readonly<Record<number, Omit<Refusal, "status" | "details">>> = {
  400: { orthanc: 8, code: "INVALID_ARGUMENT" },
  408: { orthanc: 16, code: "TIMED_OUT" },
  413: { orthanc: 3, code: "TOO_LARGE" },
  415: { orthanc: 3000, code: "INVALID_ARGUMENT" },
  431: { orthanc: 3, code: "TOO_LARGE" },
};

/** A refusal with one of our codes. */
export function refusal(code: ErrorCode, details: string): Refusal {
  return { ...answers[code], code, details };
}

/** A refusal of the HTTP layer itself. */
export function httpRefusal(status: number, details: string): Refusal {
  return { orthanc: 8, code: "INVALID_ARGUMENT", ...httpAnswers[status], status, details };
}

/** Whether `error` is a JobEngineError, also of another copy of this package (a plugin's own). */
export function isEngineError(error: unknown): error is Error & { readonly code: ErrorCode } {
  return (
    error instanceof Error &&
    error.name === "JobEngineError" &&
    "code" in error &&
    typeof error.code === "string" &&
    Object.hasOwn(errorCodes, error.code)
  );
}

/**
 * What the caller is told of an error. The words of a misuse go out: they name the caller's values.
 * Those of a fault of ours may name files or statements and stay in the log.
 */
export function refusalOf(error: unknown): Refusal {
  if (!isEngineError(error)) return refusal("INTERNAL", faultText("The request failed"));
  const answer = refusal(error.code, error.message);
  if (answer.status < 500) return answer;
  return { ...answer, details: faultText(errorCodes[error.code]) };
}

/** The sentence of a refusal that is not the caller's fault. */
export function faultText(what: string): string {
  return `${what}. It is not your request's fault; the host's log says more.`;
}

/** Orthanc's error body, with our code added. `uri` is the path without the query. */
export function errorBody(method: string, uri: string, refused: Refusal): string {
  const { code, ...told } = refused;
  return bodyOf(method, uri, { ...told, baton: { Code: code, Message: errorCodes[code] } });
}

/** The same where a job has failed: `baton` is what its JobObject says of that. */
export function bodyOf(
  method: string,
  uri: string,
  told: Omit<Refusal, "code"> & { readonly baton: object },
): string {
  const description = describeError(told.orthanc);
  const body = {
    BatonError: told.baton,
    Details: told.details,
    HttpError: STATUS_CODES[told.status] ?? "Error",
    HttpStatus: told.status,
    Message: description,
    Method: method,
    OrthancError: description,
    OrthancStatus: told.orthanc,
    Uri: uri,
  };
  return `${JSON.stringify(body, null, 3)}\n`;
}
