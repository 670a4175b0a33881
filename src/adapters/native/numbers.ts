import { errorCodes, failureCodes, type ErrorCode } from "../../core/errors.ts";
import { logLevels, type LogLevel } from "../../core/job-log.ts";
import type { JobInfo } from "../../ports/job.ts";

/** The numbers of native/include/baton.h; a test compares them with the header. */

/** By `baton_status`: 0 is OK, the others are our error codes. */
export const statuses: readonly (ErrorCode | "OK" | "TOO_NEW" | "NO_MEMORY" | "NOT_MINE")[] = [
  "OK",
  "INVALID_ARGUMENT",
  "STALE_HANDLE",
  "NOT_YOURS",
  "ALREADY_SUBMITTED",
  "BUSY",
  "QUEUE_FULL",
  "CLOSING",
  "WRONG_THREAD",
  "WRONG_STATE",
  "NOT_FOUND",
  "TIMED_OUT",
  "NAME_TAKEN",
  "INVALID_JSON",
  "TOO_LARGE",
  "UNSUPPORTED",
  "TOO_NEW",
  "NO_MEMORY",
  "STORE_FAILED",
  "BAD_STATE_DATA",
  "NOT_MINE",
  "INTERNAL",
];

/** The host's own error codes, which no plugin describes. */
export const ownCodes: readonly string[] = [
  ...new Set([...Object.keys(errorCodes), ...Object.keys(failureCodes)]),
];

/** By number, from 1. */
export const states: readonly JobInfo["state"][] = [
  "pending",
  "running",
  "succeeded",
  "failed",
  "paused",
  "retrying",
];

/** By the name of an event. */
export const eventNumbers = { submitted: 1, changed: 2, progressed: 4, forgotten: 8 } as const;

/** The number of a value in a list that counts from 1. */
export function numberOf<T>(list: readonly T[], value: T): number {
  return list.indexOf(value) + 1;
}

/** The value of a number in a list that counts from 1; null: there is none. */
export function valueOf<T>(list: readonly T[], number: number): T | null {
  return list[number - 1] ?? null;
}

/** The `baton_status` of what a call of the engine threw. */
export function statusOf(error: unknown): number {
  const { code } = Object(error) as { readonly code?: unknown };
  const status = statuses.findIndex((name) => name === code);
  return status > 0 ? status : statuses.indexOf("INTERNAL");
}

/** A native thread's log level; what is none counts as information. */
export const levelOf = (level: number): LogLevel => valueOf(logLevels, level) ?? "info";
