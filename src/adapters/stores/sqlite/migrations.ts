/**
 * Version n of the database is what the first n of these have made of an empty file; SQLite's
 * `user_version` holds n. Never change one that was released: add the next.
 */
export const migrations: readonly string[] = [
  // `sequence` is the row's key, so that rows are written in the order of submission and loaded in
  // it without sorting. STRICT: no column ever holds what its type does not say. The large columns
  // stand last: what is read without them does not follow their overflow pages.
  `CREATE TABLE jobs (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    plugin TEXT NOT NULL,
    priority INTEGER NOT NULL,
    state INTEGER NOT NULL,
    requested INTEGER,
    due_at REAL,
    error_code TEXT,
    error_message TEXT,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    max_attempts INTEGER NOT NULL,
    backoff_first_ms REAL NOT NULL,
    backoff_factor REAL NOT NULL,
    backoff_cap_ms REAL NOT NULL,
    backoff_jitter REAL NOT NULL,
    last_error_code TEXT,
    last_error_message TEXT,
    runtime_ms REAL NOT NULL,
    progress REAL NOT NULL,
    content TEXT NOT NULL,
    can_reset INTEGER NOT NULL,
    reset_due INTEGER NOT NULL,
    submitted_state BLOB,
    current_state BLOB
  ) STRICT`,
  // What plugins keep for themselves: set_property of baton.h.
  `CREATE TABLE properties (
    plugin TEXT NOT NULL,
    name TEXT NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (plugin, name)
  ) STRICT`,
  // What a submit may say besides. Added at the end, so that no row has to be written anew.
  `ALTER TABLE jobs ADD COLUMN key TEXT;
   ALTER TABLE jobs ADD COLUMN start_at INTEGER;
   ALTER TABLE jobs ADD COLUMN user_data TEXT`,
  // Which files beside the database are a job's outputs.
  "ALTER TABLE jobs ADD COLUMN outputs TEXT",
  // What a failure says beside its message, as JSON.
  `ALTER TABLE jobs ADD COLUMN error_details TEXT;
   ALTER TABLE jobs ADD COLUMN last_error_details TEXT`,
  // How long a step may take; 0: no limit.
  "ALTER TABLE jobs ADD COLUMN step_timeout_ms REAL NOT NULL DEFAULT 0",
  // How the attempts of a job failed, as JSON.
  "ALTER TABLE jobs ADD COLUMN failures TEXT",
];
