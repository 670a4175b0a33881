import { stateNumbers } from "./rows.ts";
import { listOf, type Sql } from "./sql.ts";

/** When something of a request can be taken to be sent. What somebody has taken already does not count. */
export interface Prospect {
  /** When the first that is behind nothing is due; epoch milliseconds, null: there is none. */
  readonly freeAt: number | null;
  /** When the first that is behind another is due, and so is that; epoch milliseconds, null: there is none. */
  readonly behindUntil: number | null;
}

/** When what waits can be taken, as `claim` takes it. */
export class Prospects {
  readonly #sql: Sql;
  readonly #claimed: () => ReadonlySet<number>;

  /** `claimed`: what somebody has taken to send. */
  constructor(sql: Sql, claimed: () => ReadonlySet<number>) {
    this.#sql = sql;
    this.#claimed = claimed;
  }

  /** An item is behind the older versions of its instance. */
  of(request: string): Prospect {
    const row = this.#sql.get(
      `SELECT min(due_at) FILTER (WHERE older_due_at IS NULL) AS free_at,
         min(max(due_at, older_due_at)) AS behind_until
       FROM (SELECT due_at, (
         SELECT max(older.due_at) FROM items AS older WHERE older.destination = items.destination
         AND older.sop_instance = items.sop_instance AND older.state = ${stateNumbers.pending}
         AND older.id < items.id) AS older_due_at
       FROM items WHERE request = ?1 AND state = ${stateNumbers.pending}
       AND id NOT IN (SELECT value FROM json_each(?2)))`,
      request,
      listOf(this.#claimed()),
    );
    return { freeAt: timeOf(row?.["free_at"]), behindUntil: timeOf(row?.["behind_until"]) };
  }

  /** Where the order counts: an item is behind all that came to the destination earlier. */
  inOrder(request: string): Prospect {
    const row = this.#sql.get(
      `SELECT max(due_at) AS due_at, count(*) AS count, max(id) AS first FROM items
       WHERE state = ${stateNumbers.pending}
       AND destination = (SELECT destination FROM requests WHERE id = ?1)
       AND id <= (SELECT min(id) FROM items WHERE request = ?1 AND state = ${stateNumbers.pending})`,
      request,
    );
    const at = timeOf(row?.["due_at"]);
    const isFree = row?.["count"] === 1 && !this.#claimed().has(Number(row["first"]));
    return isFree ? { freeAt: at, behindUntil: null } : { freeAt: null, behindUntil: at };
  }
}

const timeOf = (value: unknown): number | null => (typeof value === "number" ? value : null);
