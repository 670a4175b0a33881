import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { Row } from "./rows.ts";
import { migrations } from "./schema.ts";

/**
 * A database of the queue: its settings, its version, and statements that are prepared once, and kept: no
 * values stand in their texts. Several are given as one, `json_each(?)` of `listOf`.
 */
export class Sql {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #isLate = false;

  /** @throws it was written by a newer version, or is damaged */
  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#check();
    this.#migrate();
  }

  /** `isLate`: what is committed need not be on the disk then; a process that ends loses none of it. */
  begin(isLate = false): void {
    if (isLate !== this.#isLate) {
      this.#database.exec(`PRAGMA synchronous = ${isLate ? "NORMAL" : "FULL"}`);
      this.#isLate = isLate;
    }
    this.#database.exec("BEGIN IMMEDIATE");
  }

  commit(): void {
    this.#database.exec("COMMIT");
  }

  /** SQLite may have done it by itself. */
  rollback(): void {
    if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
  }

  close(): void {
    this.#database.close();
  }

  get(sql: string, ...values: readonly SQLInputValue[]): Row | undefined {
    return this.#statement(sql).get(...values);
  }

  all(sql: string, ...values: readonly SQLInputValue[]): readonly Row[] {
    return this.#statement(sql).all(...values);
  }

  /** One after another; nothing else may be asked with the same statement meanwhile. */
  each(sql: string, ...values: readonly SQLInputValue[]): Iterable<Row> {
    return this.#statement(sql).iterate(...values);
  }

  run(sql: string, ...values: readonly SQLInputValue[]): void {
    this.#statement(sql).run(...values);
  }

  /** What is damaged is found now, and not when it is too late to say so. */
  #check(): void {
    let found: unknown;
    try {
      // Every commit is on the disk before anybody is told, but those that may be late; another process may look on.
      this.#database.exec(
        "PRAGMA busy_timeout = 2000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL",
      );
      found = this.get("PRAGMA quick_check(1)")?.["quick_check"];
    } catch (error) {
      if (!isDamage(error)) throw error;
      found = error instanceof Error ? error.message : error;
    }
    if (found === "ok") return;
    throw new Error(
      `The file of the queue is damaged (${String(found).replaceAll("\n", " ")}). Restore it from a copy; or move it away: then what is in the spool is known again, and where it was to go is not.`,
    );
  }

  #migrate(): void {
    const version = Number(this.get("PRAGMA user_version")?.["user_version"] ?? 0);
    if (version > migrations.length) {
      throw new Error(`The queue was written by a newer version (${version}); use that one.`);
    }
    for (const [index, migration] of migrations.entries()) {
      if (index < version) continue;
      this.begin();
      this.#database.exec(`${migration}; PRAGMA user_version = ${index + 1}`);
      this.commit();
    }
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

/** Ids as one value. */
export const listOf = (ids: Iterable<number>): string => JSON.stringify([...ids]);

/** SQLite's codes of a file that is damaged, and of one that is none of its own. */
const damageCodes: ReadonlySet<unknown> = new Set([11, 26]);

const isDamage = (error: unknown): boolean =>
  error instanceof Error && "errcode" in error && damageCodes.has(error.errcode);
