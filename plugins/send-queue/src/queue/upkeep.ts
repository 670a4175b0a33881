import { stateNumbers } from "./rows.ts";
import { listOf, type Sql } from "./sql.ts";

/** What has become errors, and the jobs that it was of. */
export interface Expired {
  readonly count: number;
  readonly jobs: readonly string[];
}

/** What happens to a queue by and by, and what is known of its destinations. */
export class Upkeep {
  readonly #sql: Sql;
  readonly #claimed: () => ReadonlySet<number>;

  constructor(sql: Sql, claimed: () => ReadonlySet<number>) {
    this.#sql = sql;
    this.#claimed = claimed;
  }

  /** What waits for a destination since `before` becomes an error. Answers the jobs of it. */
  expire(destination: string, before: number, now: number): Expired {
    const expired = this.#sql.all(
      `UPDATE items SET state = ${stateNumbers.failed}, changed_at = ?, failure_code = 'EXPIRED',
         failure_sentence = 'It has waited for longer than it may.'
           || coalesce(' The last failure: ' || failure_sentence, '')
       WHERE destination = ? AND state = ${stateNumbers.pending} AND queued_at <= ?
       AND id NOT IN (SELECT value FROM json_each(?)) RETURNING request`,
      now,
      destination,
      before,
      listOf(this.#claimed()),
    );
    const jobs = [...new Set(expired.map(({ request }) => String(request)))].map((request) =>
      this.#sql.get("SELECT job FROM requests WHERE id = ?", request),
    );
    return {
      count: expired.length,
      jobs: jobs.flatMap((row) => (typeof row?.["job"] === "string" ? [row["job"]] : [])),
    };
  }

  /**
   * What waits of a request since `before`, or at all, becomes errors: somebody has canceled its job. What
   * is as it was then waited, too, for a time that had not come.
   */
  cancel(request: string, now: number, before: number = Number.MAX_SAFE_INTEGER): void {
    this.#sql.run(
      `UPDATE items SET state = ${stateNumbers.failed}, changed_at = ?, failure_code = 'CANCELED',
         failure_sentence = 'Its job was canceled.'
       WHERE request = ? AND state = ${stateNumbers.pending} AND min(queued_at, changed_at) <= ?`,
      now,
      request,
      before,
    );
  }

  /** Takes errors of a destination out of the queue that are as they were since `before`. Answers how many. */
  purge(destination: string, before: number, now: number): number {
    return this.#sql.all(
      `UPDATE items SET state = ${stateNumbers.removed}, changed_at = ?
       WHERE destination = ? AND state = ${stateNumbers.failed} AND changed_at <= ? RETURNING id`,
      now,
      destination,
      before,
    ).length;
  }

  /** How many errors are as they were since `before`. */
  oldErrors(before: number): number {
    const row = this.#sql.get(
      `SELECT count(*) AS count FROM items WHERE state = ${stateNumbers.failed} AND changed_at <= ?`,
      before,
    );
    return Number(row?.["count"] ?? 0);
  }

  /** Whether somebody wants a destination not to be sent to. */
  setPaused(destination: string, isPaused: boolean): void {
    this.#sql.run(
      `INSERT INTO destinations (name, is_paused) VALUES (?, ?)
       ON CONFLICT (name) DO UPDATE SET is_paused = excluded.is_paused`,
      destination,
      isPaused ? 1 : 0,
    );
  }

  paused(): readonly string[] {
    return this.#sql
      .all("SELECT name FROM destinations WHERE is_paused = 1")
      .map(({ name }) => String(name));
  }
}
