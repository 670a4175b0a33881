import { Type } from "typebox";
import { Compile } from "typebox/compile";
import { parseJobId } from "../../../core/job-id.ts";
import type { JobRecord } from "../../../core/job-record.ts";
import type { JobFailure, JobState, Requested } from "../../../core/job-state.ts";
import { faultOf } from "../../../core/retry-policy.ts";
import { columns, type JobRow } from "./job-row.ts";

const int32 = Type.Integer({ minimum: -(2 ** 31), maximum: 2 ** 31 - 1 });
const whole = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const flag = Type.Integer({ minimum: 0, maximum: 1 });
const text = Type.String();
const textOrNull = Type.Union([Type.String(), Type.Null()]);
const time = Type.Integer({
  minimum: Number.MIN_SAFE_INTEGER,
  maximum: Number.MAX_SAFE_INTEGER,
});

const schema = Type.Object({
  sequence: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  id: text,
  type: text,
  plugin: text,
  priority: int32,
  state: Type.Integer({ minimum: 1, maximum: 6 }),
  requested: Type.Union([Type.Integer({ minimum: 0, maximum: 2 }), Type.Null()]),
  due_at: Type.Union([Type.Number(), Type.Null()]),
  error_code: textOrNull,
  error_message: textOrNull,
  created_at: time,
  changed_at: time,
  attempts: whole,
  max_attempts: whole,
  backoff_first_ms: Type.Number(),
  backoff_factor: Type.Number(),
  backoff_cap_ms: Type.Number(),
  backoff_jitter: Type.Number(),
  last_error_code: textOrNull,
  last_error_message: textOrNull,
  runtime_ms: Type.Number({ minimum: 0 }),
  progress: Type.Number({ minimum: 0, maximum: 1 }),
  content: text,
  can_reset: flag,
  reset_due: flag,
  // Bytes, or nothing; SQLite itself sees to it, the table is STRICT.
  submitted_state: Type.Unknown(),
  current_state: Type.Unknown(),
  key: textOrNull,
  start_at: Type.Union([time, Type.Null()]),
  user_data: textOrNull,
} satisfies Record<keyof JobRow, Type.TSchema>);

const rowValidator = Compile(schema);

const stateNumbers = {
  pending: 1,
  running: 2,
  succeeded: 3,
  failed: 4,
  paused: 5,
  retrying: 6,
} as const satisfies Record<JobState["kind"], number>;

type StateColumns = Pick<JobRow, "state" | "requested" | "due_at" | "error_code" | "error_message">;

const requests: readonly Requested[] = ["nothing", "pause", "cancel"];

/**
 * The row of a record. Refuses, by throwing a sentence, what `toRecord` would refuse to read: a row
 * that cannot be read back would make the whole database unreadable.
 */
export function toRow(record: JobRecord): JobRow {
  const { retry, lastError } = record;
  const row: JobRow = {
    sequence: record.sequence,
    id: record.id,
    type: record.type,
    plugin: record.plugin,
    priority: record.priority,
    ...stateColumns(record.state),
    created_at: record.createdAt,
    changed_at: record.changedAt,
    attempts: record.attempts,
    max_attempts: retry.maxAttempts,
    backoff_first_ms: retry.firstDelayMs,
    backoff_factor: retry.factor,
    backoff_cap_ms: retry.capMs,
    backoff_jitter: retry.jitter,
    last_error_code: lastError?.code ?? null,
    last_error_message: lastError?.message ?? null,
    runtime_ms: record.runtimeMs,
    progress: record.progress,
    content: record.content,
    can_reset: Number(record.canReset),
    reset_due: Number(record.resetDue),
    submitted_state: record.submittedState,
    current_state: record.currentState,
    key: record.key,
    start_at: record.startAt,
    user_data: record.userData,
  };
  toRecord(row);
  return row;
}

function stateColumns(state: JobState): StateColumns {
  const failure = state.kind === "failed" ? state.error : null;
  return {
    state: stateNumbers[state.kind],
    requested: state.kind === "running" ? requests.indexOf(state.requested) : null,
    due_at: state.kind === "retrying" ? state.dueAt : null,
    error_code: failure?.code ?? null,
    error_message: failure?.message ?? null,
  };
}

/** The record of a row. Throws a sentence naming job and field if it does not understand it. */
export function toRecord(untrusted: unknown): JobRecord {
  const row = checked(untrusted);
  const id = parseJobId(row.id);
  if (id === null) throw new Error(`job ${row.id}: id is not a job id`);
  return {
    id,
    type: row.type,
    plugin: row.plugin,
    priority: row.priority,
    key: row.key,
    startAt: row.start_at,
    userData: row.user_data,
    sequence: row.sequence,
    state: stateOf(row),
    createdAt: row.created_at,
    changedAt: row.changed_at,
    attempts: row.attempts,
    lastError: failureOf(row, "last_error_code", "last_error_message"),
    retry: retryOf(row),
    runtimeMs: row.runtime_ms,
    progress: row.progress,
    content: row.content,
    canReset: row.can_reset === 1,
    resetDue: row.reset_due === 1,
    submittedState: row.submitted_state,
    currentState: row.current_state,
  };
}

function checked(untrusted: unknown): JobRow {
  if (rowValidator.Check(untrusted)) return untrusted as JobRow;
  const row = new Map<string, unknown>(Object.entries(untrusted ?? {}));
  const job = `job ${String(row.get("id"))}`;
  const missing = columns.find((name) => row.get(name) === undefined);
  if (missing !== undefined) throw new Error(`${job}: ${missing} is missing`);
  // A column that may be null has several complaints; the first is about nothing but null.
  const fault = rowValidator.Errors(untrusted)[0];
  const field = fault?.instancePath.slice(1) ?? "";
  throw new Error(`${job}: ${field} is ${inWords(row.get(field))}: ${fault?.message ?? "wrong"}`);
}

const inWords = (value: unknown): string =>
  typeof value === "string" ? JSON.stringify(value.slice(0, 100)) : String(value);

function stateOf(row: JobRow): JobState {
  switch (row.state) {
    case stateNumbers.running:
      return { kind: "running", requested: requestedOf(row) };
    case stateNumbers.retrying:
      if (row.due_at === null) throw new Error(`job ${row.id}: due_at is missing`);
      return { kind: "retrying", dueAt: row.due_at };
    case stateNumbers.failed: {
      const error = failureOf(row, "error_code", "error_message");
      if (error === null) throw new Error(`job ${row.id}: error_code is missing`);
      return { kind: "failed", error };
    }
    case stateNumbers.succeeded:
      return { kind: "succeeded" };
    case stateNumbers.paused:
      return { kind: "paused" };
    case stateNumbers.pending:
      return { kind: "pending" };
    default:
      throw new Error(`job ${row.id}: state is ${row.state}`);
  }
}

function requestedOf(row: JobRow): Requested {
  const requested = requests[row.requested ?? -1];
  if (requested === undefined) throw new Error(`job ${row.id}: requested is missing`);
  return requested;
}

type CodeColumn = "error_code" | "last_error_code";
type MessageColumn = "error_message" | "last_error_message";

function failureOf(row: JobRow, code: CodeColumn, message: MessageColumn): JobFailure | null {
  const [codeText, messageText] = [row[code], row[message]];
  if (codeText === null && messageText === null) return null;
  if (codeText === null) throw new Error(`job ${row.id}: ${code} is missing`);
  if (messageText === null) throw new Error(`job ${row.id}: ${message} is missing`);
  return { code: codeText, message: messageText };
}

function retryOf(row: JobRow): JobRecord["retry"] {
  const retry = {
    maxAttempts: row.max_attempts,
    firstDelayMs: row.backoff_first_ms,
    factor: row.backoff_factor,
    capMs: row.backoff_cap_ms,
    jitter: row.backoff_jitter,
  };
  const fault = faultOf(retry);
  if (fault !== null) throw new Error(`job ${row.id}: ${fault}`);
  return retry;
}
