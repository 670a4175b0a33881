/**
 * One job as the table `jobs` keeps it: plain columns, so that C++ can write the same rows. A
 * column is null where its state has no such thing; times are epoch milliseconds.
 */
export interface JobRow {
  readonly sequence: number;
  readonly id: string;
  readonly type: string;
  readonly plugin: string;
  readonly priority: number;
  /** As in baton.h: 1 pending, 2 running, 3 success, 4 failure, 5 paused, 6 retry. */
  readonly state: number;
  /** Only while running: 0 nothing, 1 pause, 2 cancel. */
  readonly requested: number | null;
  /** Only in a retry. */
  readonly due_at: number | null;
  /** Only in a failure, with its message, and details as JSON if there are any. */
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly error_details: string | null;
  readonly created_at: number;
  readonly changed_at: number;
  readonly attempts: number;
  readonly max_attempts: number;
  readonly backoff_first_ms: number;
  readonly backoff_factor: number;
  readonly backoff_cap_ms: number;
  readonly backoff_jitter: number;
  readonly last_error_code: string | null;
  readonly last_error_message: string | null;
  readonly last_error_details: string | null;
  /** JSON of how its attempts failed; null: none did. */
  readonly failures: string | null;
  /** 0: no limit. */
  readonly step_timeout_ms: number;
  readonly runtime_ms: number;
  readonly progress: number;
  readonly content: string;
  /** JSON of the outputs; null: there are none. */
  readonly outputs: string | null;
  /** 0 or 1, as is reset_due. */
  readonly can_reset: number;
  readonly reset_due: number;
  readonly submitted_state: Uint8Array | null;
  readonly current_state: Uint8Array | null;
  readonly key: string | null;
  /** Not before; null: at once. */
  readonly start_at: number | null;
  /** The text of any JSON. */
  readonly user_data: string | null;
}

/**
 * What the database answers, by the names of its columns: one literal, so that all rows are objects of one shape.
 * What is in them is not looked at.
 */
export function rowOf(values: readonly unknown[]): Readonly<Record<keyof JobRow, unknown>> {
  return {
    sequence: values[0],
    id: values[1],
    type: values[2],
    plugin: values[3],
    priority: values[4],
    state: values[5],
    requested: values[6],
    due_at: values[7],
    error_code: values[8],
    error_message: values[9],
    error_details: values[10],
    created_at: values[11],
    changed_at: values[12],
    attempts: values[13],
    max_attempts: values[14],
    backoff_first_ms: values[15],
    backoff_factor: values[16],
    backoff_cap_ms: values[17],
    backoff_jitter: values[18],
    last_error_code: values[19],
    last_error_message: values[20],
    last_error_details: values[21],
    failures: values[22],
    step_timeout_ms: values[23],
    runtime_ms: values[24],
    progress: values[25],
    content: values[26],
    outputs: values[27],
    can_reset: values[28],
    reset_due: values[29],
    submitted_state: values[30],
    current_state: values[31],
    key: values[32],
    start_at: values[33],
    user_data: values[34],
  };
}

/** The columns in the order of the table. This file loads nothing: the store thread starts fast. */
export const columns: readonly (keyof JobRow)[] = Object.keys(rowOf([])) as (keyof JobRow)[];

/**
 * A row as it crosses to the store thread and back: the values in the order of `columns`. With the names of its
 * columns it would be three times as many bytes, and an object to be made there only to be taken apart.
 */
export type RowValues = readonly JobRow[keyof JobRow][];

export const valuesOf = (row: JobRow): RowValues => columns.map((name) => row[name]);

const sequenceAt = columns.indexOf("sequence");

/** The row of a new job that gets its place. */
export const placedAt = (values: RowValues, sequence: number): RowValues =>
  values.with(sequenceAt, sequence);
