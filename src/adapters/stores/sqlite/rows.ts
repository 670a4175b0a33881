import { parseJobId } from "../../../core/job-id.ts";
import { noOutputs, newJobState, type JobRecord } from "../../../core/job-record.ts";
import type { JobFailure, JobState, Requested } from "../../../core/job-state.ts";
import type { JsonValue } from "../../../core/json.ts";
import { defaultRetryPolicy, faultOf, type RetryPolicy } from "../../../core/retry-policy.ts";
import { anything, listOf, number, orNull, text, whole, type Check } from "./column-checks.ts";
import { columns, rowOf, valuesOf, type JobRow, type RowValues } from "./job-row.ts";

const int32 = whole(-(2 ** 31), 2 ** 31 - 1);
const count = whole(0, Number.MAX_SAFE_INTEGER);
const flag = whole(0, 1);
const textOrNull = orNull(text);
const time = whole(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);

/** Written out: a library for it was half of all that a host loads. */
const checks: Readonly<Record<keyof JobRow, Check>> = {
  sequence: whole(1, Number.MAX_SAFE_INTEGER),
  id: text,
  type: text,
  plugin: text,
  priority: int32,
  state: whole(1, 6),
  requested: orNull(whole(0, 2)),
  due_at: orNull(number()),
  error_code: textOrNull,
  error_message: textOrNull,
  error_details: textOrNull,
  created_at: time,
  changed_at: time,
  attempts: count,
  max_attempts: count,
  backoff_first_ms: number(),
  backoff_factor: number(),
  backoff_cap_ms: number(),
  backoff_jitter: number(),
  last_error_code: textOrNull,
  last_error_message: textOrNull,
  last_error_details: textOrNull,
  failures: textOrNull,
  step_timeout_ms: number(0),
  runtime_ms: number(0),
  progress: number(0, 1),
  content: text,
  outputs: textOrNull,
  can_reset: flag,
  reset_due: flag,
  submitted_state: anything,
  current_state: anything,
  key: textOrNull,
  start_at: orNull(time),
  user_data: textOrNull,
};

const checksInOrder = columns.map((name) => [name, checks[name]] as const);

const stateNumbers = {
  pending: 1,
  running: 2,
  succeeded: 3,
  failed: 4,
  paused: 5,
  retrying: 6,
} as const satisfies Record<JobState["kind"], number>;

type StateColumns = Pick<
  JobRow,
  "state" | "requested" | "due_at" | "error_code" | "error_message" | "error_details"
>;

const requests: readonly Requested[] = ["nothing", "pause", "cancel"];

/**
 * The values of a record's row. Refuses, by throwing a sentence, what `toRecord` would refuse to read: a row
 * that cannot be read back would make the whole database unreadable.
 */
export function toValues(record: JobRecord): RowValues {
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
    last_error_details: detailsText(lastError),
    failures: failuresText(record),
    step_timeout_ms: record.stepTimeoutMs,
    runtime_ms: record.runtimeMs,
    progress: record.progress,
    content: record.content,
    outputs: record.outputs.length === 0 ? null : JSON.stringify(record.outputs),
    can_reset: Number(record.canReset),
    reset_due: Number(record.resetDue),
    submitted_state: record.submittedState,
    current_state: record.currentState,
    key: record.key,
    start_at: record.startAt,
    user_data: record.userData,
  };
  const values = valuesOf(row);
  toRecord(values);
  return values;
}

function stateColumns(state: JobState): StateColumns {
  const failure = state.kind === "failed" ? state.error : null;
  return {
    state: stateNumbers[state.kind],
    requested: state.kind === "running" ? requests.indexOf(state.requested) : null,
    due_at: state.kind === "retrying" ? state.dueAt : null,
    error_code: failure?.code ?? null,
    error_message: failure?.message ?? null,
    error_details: detailsText(failure),
  };
}

/** The record of a row's values. Throws a sentence naming job and field if it does not understand it. */
export function toRecord(values: readonly unknown[]): JobRecord {
  const row = checked(values);
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
    lastError: failureOf(row, "last_error"),
    ...failuresOf(row),
    retry: retryOf(row),
    stepTimeoutMs: row.step_timeout_ms,
    runtimeMs: row.runtime_ms,
    progress: row.progress,
    content: row.content,
    outputs: outputsOf(row),
    canReset: row.can_reset === 1,
    resetDue: row.reset_due === 1,
    submittedState: row.submitted_state,
    currentState: row.current_state,
  };
}

/** By places: to look up 35 values by name took longer than all the rest. */
function checked(values: readonly unknown[]): JobRow {
  for (const [at, [name, check]] of checksInOrder.entries()) {
    const fault = values[at] === undefined ? "" : check(values[at]);
    if (fault !== null) throw new Error(wrong(rowOf(values), name, fault));
  }
  return rowOf(values) as JobRow;
}

/** The first that is missing is named before what is wrong. */
function wrong(
  row: Readonly<Record<keyof JobRow, unknown>>,
  name: keyof JobRow,
  fault: string,
): string {
  const job = `job ${String(row.id)}`;
  const missing = columns.find((column) => row[column] === undefined);
  if (missing !== undefined) return `${job}: ${missing} is missing`;
  return `${job}: ${name} is ${inWords(row[name])}: ${fault}`;
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
      const error = failureOf(row, "error");
      if (error === null) throw new Error(`job ${row.id}: error_code is missing`);
      return { kind: "failed", error };
    }
    case stateNumbers.succeeded:
      return { kind: "succeeded" };
    case stateNumbers.paused:
      return { kind: "paused" };
    case stateNumbers.pending:
      return newJobState;
    default:
      throw new Error(`job ${row.id}: state is ${row.state}`);
  }
}

function requestedOf(row: JobRow): Requested {
  const requested = requests[row.requested ?? -1];
  if (requested === undefined) throw new Error(`job ${row.id}: requested is missing`);
  return requested;
}

function detailsText(failure: JobFailure | null): string | null {
  return failure?.details === undefined ? null : JSON.stringify(failure.details);
}

function failureOf(row: JobRow, which: "error" | "last_error"): JobFailure | null {
  const code = row[`${which}_code`];
  const message = row[`${which}_message`];
  const details = row[`${which}_details`];
  if (code === null && message === null) return null;
  if (code === null) throw new Error(`job ${row.id}: ${which}_code is missing`);
  if (message === null) throw new Error(`job ${row.id}: ${which}_message is missing`);
  return { code, message, ...(details === null ? {} : { details: detailsOf(row, details) }) };
}

function detailsOf({ id }: JobRow, details: string): JsonValue {
  const found = parsed(details);
  if (found !== undefined) return found as JsonValue;
  throw new Error(`job ${id}: ${inWords(details)} are no details of a failure`);
}

function failuresText({ failures = [] }: JobRecord): string | null {
  return failures.length === 0 ? null : JSON.stringify(failures);
}

const isFailures = listOf({ attempt: count, at: time, code: text, message: text });

function failuresOf({ id, failures }: JobRow): Pick<JobRecord, "failures"> {
  if (failures === null) return {};
  const found = parsed(failures);
  if (isFailures(found)) return { failures: found as NonNullable<JobRecord["failures"]> };
  throw new Error(`job ${id}: failures is ${inWords(failures)}: it is no list of failures`);
}

const isOutputs = listOf({ key: text, mime: text, size: count, file: text });

function outputsOf({ id, outputs }: JobRow): JobRecord["outputs"] {
  if (outputs === null) return noOutputs;
  const found = parsed(outputs);
  if (isOutputs(found)) return found as JobRecord["outputs"];
  throw new Error(`job ${id}: outputs is ${inWords(outputs)}: it is no list of outputs`);
}

/** Undefined: it is not JSON. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function retryOf(row: JobRow): JobRecord["retry"] {
  const retry = {
    maxAttempts: row.max_attempts,
    firstDelayMs: row.backoff_first_ms,
    factor: row.backoff_factor,
    capMs: row.backoff_cap_ms,
    jitter: row.backoff_jitter,
  };
  if (isDefault(retry)) return defaultRetryPolicy;
  const fault = faultOf(retry);
  if (fault !== null) throw new Error(`job ${row.id}: ${fault}`);
  return retry;
}

/** Most jobs have no policy of their own, and share one. */
const isDefault = (retry: RetryPolicy): boolean =>
  retry.maxAttempts === defaultRetryPolicy.maxAttempts &&
  retry.firstDelayMs === defaultRetryPolicy.firstDelayMs &&
  retry.factor === defaultRetryPolicy.factor &&
  retry.capMs === defaultRetryPolicy.capMs &&
  retry.jitter === defaultRetryPolicy.jitter;
