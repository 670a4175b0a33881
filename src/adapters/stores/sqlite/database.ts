import { accessSync, constants, existsSync, statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { JobEngineError } from "../../../core/errors.ts";
import type { JobId } from "../../../core/job-id.ts";
import type { NativeProperty } from "../../../native/messages.ts";
import type { Property } from "../../../ports/properties.ts";
import { copyDatabase } from "./copy.ts";
import { columns, type JobRow, type RowValues } from "./job-row.ts";
import { notWritable, unreadable } from "./faults.ts";
import { hasSafeLog, type Sqlite } from "./load-sqlite.ts";
import type { Durability, RunColumns } from "./messages.ts";
import { migrations } from "./migrations.ts";

const runColumns: ReadonlySet<string> = new Set<keyof JobRow>([
  "current_state",
  "progress",
  "content",
  "runtime_ms",
  // Whoever has saved a state has been reset before.
  "reset_due",
]);
const stateColumns = columns.filter(
  (name) => name !== "id" && name !== "submitted_state" && !runColumns.has(name),
);
const statePlaces = stateColumns.map((name) => columns.indexOf(name));

/** "BATN": in the header of every database of ours, so that we never write into another's. */
const applicationId = 0x42_41_54_4e;

/** How long an opening waits for the process before us to let go of the file. */
const busyTimeoutMs = 2_000;

/**
 * The file, synchronously: belongs on the store thread. It is locked exclusively from open to
 * close, so a second host cannot take the same jobs. A process that dies leaves a file that the
 * next opening finds as of the last COMMIT.
 *
 * Never open and close the file by other means while it is in use here: on POSIX that drops the
 * locks of the whole process.
 */
export class Database {
  readonly #database: DatabaseSync;
  readonly #path: string;
  readonly #put: StatementSync;
  readonly #putState: StatementSync;
  readonly #checkpoint: StatementSync;
  readonly #delete: StatementSync;
  readonly #putProperty: StatementSync;
  readonly #removeProperty: StatementSync;

  /**
   * Opens the file, creates it if it is absent, and brings it to our version.
   * @throws {JobEngineError} STORE_UNREADABLE; STORE_TOO_NEW, then the file is as it was
   */
  static open(sqlite: Sqlite, path: string, durability: Durability): Database {
    let database: DatabaseSync | null = null;
    try {
      if (existsSync(path)) {
        inspect(sqlite, path);
        mustBeWritable(path);
      }
      database = new sqlite.DatabaseSync(path, { timeout: busyTimeoutMs });
      configure(database, durability);
      migrate(database, path);
      return new Database(database, path);
    } catch (error) {
      database?.close();
      throw error instanceof JobEngineError ? error : unreadable(path, error);
    }
  }

  /** Use `open`. */
  private constructor(database: DatabaseSync, path: string) {
    this.#database = database;
    this.#path = path;
    // What was submitted stays: only adding a job writes `submitted_state`.
    const updated = columns.filter((name) => name !== "id" && name !== "submitted_state");
    this.#put = database.prepare(
      `INSERT INTO jobs (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})
       ON CONFLICT (id) DO UPDATE SET ${updated.map((name) => `${name} = excluded.${name}`).join(", ")}`,
    );
    this.#putState = database.prepare(
      `UPDATE jobs SET ${stateColumns.map((name) => `${name} = ?`).join(", ")} WHERE id = ?`,
    );
    this.#checkpoint = database.prepare(
      `UPDATE jobs SET current_state = ?, progress = ?, runtime_ms = ?,
       content = coalesce(?, content), reset_due = 0 WHERE id = ?`,
    );
    this.#delete = database.prepare("DELETE FROM jobs WHERE id = ?");
    this.#putProperty = database.prepare(
      `INSERT INTO properties (plugin, name, value) VALUES (?, ?, ?)
       ON CONFLICT (plugin, name) DO UPDATE SET value = excluded.value`,
    );
    this.#removeProperty = database.prepare("DELETE FROM properties WHERE plugin = ? AND name = ?");
  }

  /**
   * Every row by sequence, its values in the order of `columns`, read as they are asked for; what is in them is
   * not looked at.
   * @throws {JobEngineError} STORE_UNREADABLE: the file is damaged
   */
  *rows(): Generator<readonly unknown[]> {
    const rows = this.#database.prepare(`SELECT ${columns.join(", ")} FROM jobs ORDER BY sequence`);
    rows.setReturnArrays(true);
    try {
      // The types of Node.js do not know that these are arrays.
      yield* rows.iterate() as Iterable<unknown> as Iterable<readonly unknown[]>;
    } catch (error) {
      throw unreadable(this.#path, error);
    }
  }

  /** 0: there are no jobs. */
  highestSequence(): number {
    return numberOf(this.#database, "SELECT coalesce(max(sequence), 0) FROM jobs");
  }

  /** The properties of all plugins. */
  properties(): readonly NativeProperty[] {
    try {
      const rows = this.#database.prepare("SELECT plugin, name, value FROM properties").all();
      // The table is STRICT: nothing else is in these columns.
      return rows as unknown as readonly NativeProperty[];
    } catch (error) {
      throw unreadable(this.#path, error);
    }
  }

  /** Those of one plugin behind `after`, by name, until there are more than `bytes`. */
  propertiesAfter(plugin: string, after: string | null, bytes: number): readonly Property[] {
    const some: Property[] = [];
    const rows = this.#database.prepare(
      "SELECT name, value FROM properties WHERE plugin = ? AND name > ? ORDER BY name",
    );
    let read = 0;
    for (const row of rows.iterate(plugin, after ?? "")) {
      const property = row as unknown as Property;
      some.push(property);
      read += property.value.byteLength;
      if (read > bytes) break;
    }
    return some;
  }

  begin(): void {
    this.#database.exec("BEGIN IMMEDIATE");
  }

  put(row: RowValues): void {
    this.#put.run(...row);
  }

  /** All but what the job's run writes itself. */
  putState(id: JobId, row: RowValues): void {
    this.#putState.run(...statePlaces.map((place) => row[place] ?? null), id);
  }

  checkpoint(id: JobId, run: RunColumns): void {
    const { current_state: state, progress, runtime_ms: runtimeMs, content } = run;
    this.#checkpoint.run(state, progress, runtimeMs, content, id);
  }

  delete(id: JobId): void {
    this.#delete.run(id);
  }

  setProperty({ plugin, name, value }: NativeProperty): void {
    if (value === null) this.#removeProperty.run(plugin, name);
    else this.#putProperty.run(plugin, name, value);
  }

  commit(): void {
    this.#database.exec("COMMIT");
  }

  /** SQLite itself has rolled back after some failures; then this does nothing. */
  rollback(): void {
    if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
  }

  /** See copyDatabase. The database must stay open until this is settled. */
  copy(sqlite: Sqlite, file: string, isGivenUp: () => boolean): Promise<void> {
    return copyDatabase(sqlite, this.#database, file, isGivenUp);
  }

  /** Brings the log into the database and removes it, then lets go of the file. */
  close(): void {
    this.#database.close();
  }
}

/**
 * Opens a database that nobody has open, to read it. It can be had by nobody else until it is closed.
 * @throws {JobEngineError} STORE_UNREADABLE, then see isInUse; STORE_TOO_NEW
 */
export function openToRead(sqlite: Sqlite, path: string): DatabaseSync {
  let database: DatabaseSync | null = null;
  try {
    if (!existsSync(path)) throw new JobEngineError("STORE_UNREADABLE", `${path} does not exist`);
    inspect(sqlite, path);
    database = new sqlite.DatabaseSync(path, { timeout: busyTimeoutMs });
    database.exec("BEGIN");
    versionOf(database, path);
    return database;
  } catch (error) {
    database?.close();
    throw error instanceof JobEngineError ? error : unreadable(path, error);
  }
}

/**
 * Reads every page of a database that nobody writes; how many jobs are in it.
 * @throws {JobEngineError} STORE_UNREADABLE: it is damaged, or not ours
 */
export function examine(sqlite: Sqlite, path: string): number {
  const file = pathToFileURL(path);
  file.searchParams.set("immutable", "1");
  let database: DatabaseSync | null = null;
  try {
    database = new sqlite.DatabaseSync(file, { readOnly: true });
    const found = textOf(database, "PRAGMA integrity_check");
    if (found !== "ok") throw new JobEngineError("STORE_UNREADABLE", `${path}: ${found}`);
    if (versionOf(database, path) === 0) {
      throw new JobEngineError("STORE_UNREADABLE", `${path} is empty`);
    }
    return numberOf(database, "SELECT count(*) FROM jobs");
  } catch (error) {
    throw error instanceof JobEngineError ? error : unreadable(path, error);
  } finally {
    database?.close();
  }
}

/** The files of outputs that the records of a database name that nobody writes. */
export function outputsNamedIn(sqlite: Sqlite, path: string): readonly string[] {
  const file = pathToFileURL(path);
  file.searchParams.set("immutable", "1");
  const database = new sqlite.DatabaseSync(file, { readOnly: true });
  try {
    // A database of an earlier version knows of no outputs.
    const column = database.prepare(
      "SELECT 1 FROM pragma_table_info('jobs') WHERE name = 'outputs'",
    );
    if (column.get() === undefined) return [];
    const rows = database.prepare(
      "SELECT json_extract(value, '$.file') AS file FROM jobs, json_each(jobs.outputs)",
    );
    return rows.all().map((row) => String(row["file"]));
  } finally {
    database.close();
  }
}

/**
 * Looks without writing: merely to open and close it for writing takes in the log of a crash. To
 * read such a log, SQLite needs an index file beside it; without one it is told that nobody writes.
 */
function inspect(sqlite: Sqlite, path: string): void {
  const file = pathToFileURL(path);
  if (!hasLog(path)) file.searchParams.set("immutable", "1");
  const database = new sqlite.DatabaseSync(file, { readOnly: true, timeout: busyTimeoutMs });
  try {
    versionOf(database, path);
  } finally {
    database.close();
  }
}

/** SQLite opens what it may not write for reading, and says so only when something is written. */
function mustBeWritable(path: string): void {
  for (const file of [path, `${path}-wal`]) {
    if (!existsSync(file)) continue;
    try {
      accessSync(file, constants.W_OK);
    } catch (error) {
      throw notWritable(file, error);
    }
  }
}

function hasLog(path: string): boolean {
  return (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

function configure(database: DatabaseSync, durability: Durability): void {
  const version = textOf(database, "SELECT sqlite_version()");
  database.exec("PRAGMA locking_mode = EXCLUSIVE");
  // TRUNCATE is as safe and needs one more flush for each commit.
  database.exec(`PRAGMA journal_mode = ${hasSafeLog(version) ? "WAL" : "TRUNCATE"}`);
  database.exec(`PRAGMA synchronous = ${durability === "full" ? "FULL" : "NORMAL"}`);
  // Only macOS knows it: its fsync does not reach the disk.
  if (durability === "full") database.exec("PRAGMA fullfsync = ON");
}

/** Also takes the exclusive lock, which is kept until close. */
function migrate(database: DatabaseSync, path: string): void {
  database.exec("BEGIN EXCLUSIVE");
  const version = versionOf(database, path);
  for (const migration of migrations.slice(version)) database.exec(migration);
  if (version < migrations.length) {
    database.exec(`PRAGMA application_id = ${applicationId}`);
    database.exec(`PRAGMA user_version = ${migrations.length}`);
  }
  database.exec("COMMIT");
}

/** How many migrations the file has seen; 0: it is empty. Refuses what is not ours to touch. */
function versionOf(database: DatabaseSync, path: string): number {
  const application = numberOf(database, "PRAGMA application_id");
  if (application !== applicationId) {
    const isEmpty = numberOf(database, "SELECT count(*) FROM sqlite_schema") === 0;
    if (application === 0 && isEmpty) return 0;
    throw new JobEngineError("STORE_UNREADABLE", `${path} is the database of another program`);
  }
  const version = numberOf(database, "PRAGMA user_version");
  if (version <= migrations.length) return version;
  throw new JobEngineError(
    "STORE_TOO_NEW",
    `${path} has version ${version}, this Baton knows up to ${migrations.length}`,
  );
}

function numberOf(database: DatabaseSync, query: string): number {
  return Number(Object.values(database.prepare(query).get() ?? {})[0]);
}

function textOf(database: DatabaseSync, query: string): string {
  return String(Object.values(database.prepare(query).get() ?? {})[0]);
}
