import type { JsonValue } from "../core/json.ts";
import { member } from "../core/thrown.ts";
import { describeThrown, type ThrownError } from "../progress/errors.ts";

/** What a job that failed tells of an error. */
export interface ThrownDetails {
  /** The error's own, if it looks like one; null: it has none. */
  readonly code: string | null;
  readonly message: string;
  /** Undefined: nothing. */
  readonly details: JsonValue | undefined;
}

const codeShape = /^[A-Z][A-Z0-9_]{0,63}$/;

/** So many errors of one aggregator are told of, so deep. */
const most = { errors: 100, depth: 8 };

export const wordsOf = (thrown: unknown): ThrownError => describeThrown(thrown);

/** An `AggregateError` has the code that all its errors have, and each of them in its details. */
export function detailsOf(thrown: unknown): ThrownDetails {
  const { message } = describeThrown(thrown);
  const own = member(thrown, "details") as JsonValue | undefined;
  const errors = errorsOf(thrown);
  const details = own ?? (errors === null ? undefined : { Errors: listOf(errors, most.depth) });
  return { code: codeOf(thrown, most.depth), message, details };
}

function codeOf(thrown: unknown, depth: number): string | null {
  const code: unknown = member(thrown, "code");
  if (typeof code === "string" && codeShape.test(code)) return code;
  const errors = errorsOf(thrown);
  if (errors === null || depth === 0) return null;
  const codes = new Set(errors.map((error) => codeOf(error, depth - 1)));
  const [only] = codes;
  return codes.size === 1 ? (only ?? null) : null;
}

function listOf(errors: readonly unknown[], depth: number): JsonValue {
  return errors.slice(0, most.errors).map((error) => entryOf(error, depth));
}

function entryOf(error: unknown, depth: number): JsonValue {
  const { name, message } = describeThrown(error);
  const code = codeOf(error, depth);
  const below = depth > 1 ? errorsOf(error) : null;
  return {
    ...(code === null ? {} : { Code: code }),
    Name: name,
    Message: message,
    ...(below === null ? {} : { Errors: listOf(below, depth - 1) }),
  };
}

function errorsOf(thrown: unknown): readonly unknown[] | null {
  const errors: unknown = thrown instanceof AggregateError ? thrown.errors : null;
  return Array.isArray(errors) ? errors : null;
}
