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

const present: Record<keyof JobRow, true> = {
  sequence: true,
  id: true,
  type: true,
  plugin: true,
  priority: true,
  state: true,
  requested: true,
  due_at: true,
  error_code: true,
  error_message: true,
  error_details: true,
  created_at: true,
  changed_at: true,
  attempts: true,
  max_attempts: true,
  backoff_first_ms: true,
  backoff_factor: true,
  backoff_cap_ms: true,
  backoff_jitter: true,
  last_error_code: true,
  last_error_message: true,
  last_error_details: true,
  failures: true,
  step_timeout_ms: true,
  runtime_ms: true,
  progress: true,
  content: true,
  outputs: true,
  can_reset: true,
  reset_due: true,
  submitted_state: true,
  current_state: true,
  key: true,
  start_at: true,
  user_data: true,
};

/** The columns in the order of the table. This file loads nothing: the store thread starts fast. */
export const columns: readonly (keyof JobRow)[] = Object.keys(present) as (keyof JobRow)[];

/**
 * A row as it crosses to the store thread: the values in the order of `columns`. With the names of its
 * columns it would be three times as many bytes, and an object to be made there only to be taken apart.
 */
export type RowValues = readonly JobRow[keyof JobRow][];

export const valuesOf = (row: JobRow): RowValues => columns.map((name) => row[name]);

const sequenceAt = columns.indexOf("sequence");

/** The row of a new job that gets its place. */
export const placedAt = (values: RowValues, sequence: number): RowValues =>
  values.with(sequenceAt, sequence);
