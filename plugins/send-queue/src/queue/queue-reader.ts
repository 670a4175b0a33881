import type { ItemState, ListedItem, OpenRequest, Place, RequestCounts } from "./item.ts";
import { conditionsOf, type ItemFilter } from "./item-filter.ts";
import {
  commitmentNumbers,
  listedItemOf,
  placeOf,
  requestOf,
  stateNumbers,
  stateOf,
} from "./rows.ts";
import type { Sql } from "./sql.ts";

export interface Total {
  readonly destination: string;
  readonly state: ItemState;
  readonly count: number;
  /** When the first of them came in; epoch milliseconds. */
  readonly oldest: number;
  readonly bytes: number;
}

/**
 * Items, each with its instance. The hash alone would say which; by the UID the instances of a study lead to
 * their items, too.
 */
export const itemsInFull = "items JOIN instances USING (hash, sop_instance)";

/** What an item is told with, beside its own columns. */
export const instanceColumns = `instances.sop_class, instances.transfer_syntax, instances.offset,
  instances.size, instances.patient, instances.study, instances.series, instances.instance,
  instances.is_cut`;

const placeColumns = `id, job, priority, rowid AS number, (SELECT items.id FROM items
  WHERE items.request = requests.id AND items.state = ${stateNumbers.pending}
  ORDER BY items.id LIMIT 1) AS first`;

/** What can be asked of the queue. */
export class QueueReader {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  heldInstances(ids: readonly string[]): readonly string[] {
    const rows = this.#sql.all(
      `SELECT value AS id FROM json_each(?) WHERE EXISTS (
         SELECT 1 FROM instances WHERE instance = value AND in_spool = 1)`,
      JSON.stringify(ids),
    );
    return rows.map(({ id }) => String(id));
  }

  counts(request: string): RequestCounts {
    const row = this.#sql.get(
      `SELECT count(*) FILTER (WHERE state = ${stateNumbers.pending}) AS pending,
         count(*) FILTER (WHERE state = ${stateNumbers.sent}) AS sent,
         count(warning) AS warned,
         count(*) FILTER (WHERE state = ${stateNumbers.failed}) AS failed,
         count(*) FILTER (WHERE state = ${stateNumbers.removed}) AS removed,
         min(due_at) FILTER (WHERE state = ${stateNumbers.pending}) AS next_due_at,
         coalesce(sum(size) FILTER (WHERE state IN (${stateNumbers.pending}, ${stateNumbers.sent})), 0) AS bytes
       FROM ${itemsInFull} WHERE request = ?`,
      request,
    );
    const number = (name: string): number => Number(row?.[name] ?? 0);
    const moved = this.#sql.get("SELECT moved, moved_to FROM requests WHERE id = ?", request);
    const movedTo = moved?.["moved_to"];
    return {
      pending: number("pending"),
      sent: number("sent"),
      warned: number("warned"),
      failed: number("failed"),
      removed: number("removed"),
      moved: Number(moved?.["moved"] ?? 0),
      movedTo: typeof movedTo === "string" ? movedTo : null,
      nextDueAt: row?.["next_due_at"] === null ? null : number("next_due_at"),
      bytes: number("bytes"),
    };
  }

  instanceIds(request: string, limit: number): readonly string[] {
    return this.#sql
      .all(
        `SELECT instances.instance FROM ${itemsInFull}
       WHERE request = ? ORDER BY items.id LIMIT ?`,
        request,
        limit,
      )
      .map((row) => String(row["instance"]));
  }

  items(filter: ItemFilter, limit: number): readonly ListedItem[] {
    const { where, values } = conditionsOf(filter);
    return this.#sql
      .all(
        `SELECT items.*, ${instanceColumns},
         (SELECT job FROM requests WHERE requests.id = items.request) AS job
       FROM ${itemsInFull} WHERE ${where} ORDER BY items.id LIMIT ?`,
        ...values,
        limit,
      )
      .map(listedItemOf);
  }

  /** How many items wait, or are errors. */
  held(): number {
    const row = this.#sql.get(
      `SELECT count(*) AS count FROM items
       WHERE state IN (${stateNumbers.pending}, ${stateNumbers.failed})`,
    );
    return Number(row?.["count"] ?? 0);
  }

  /** How many items of each state each destination has, and since when the oldest pending one waits. */
  totals(): readonly Total[] {
    return this.#sql
      .all(
        `SELECT destination, state, count(*) AS count, min(items.entered_at) AS oldest, sum(size) AS bytes
       FROM ${itemsInFull} GROUP BY destination, state ORDER BY destination, state`,
      )
      .map((row) => ({
        destination: String(row["destination"]),
        state: stateOf(Number(row["state"])),
        count: Number(row["count"]),
        oldest: Number(row["oldest"]),
        bytes: Number(row["bytes"]),
      }));
  }

  /** The requests of which something waits, in the order they came; however many there ever were. */
  openRequests(): readonly OpenRequest[] {
    return this.#sql.all("SELECT * FROM requests WHERE is_open = 1 ORDER BY rowid").map(requestOf);
  }

  place(request: string): Place | null {
    const row = this.#sql.get(`SELECT ${placeColumns} FROM requests WHERE id = ?`, request);
    return row === undefined ? null : placeOf(row);
  }

  /** Of the requests of which something waits, in the order they came. */
  places(destination: string): readonly Place[] {
    return this.#sql
      .all(
        `SELECT ${placeColumns} FROM requests WHERE is_open = 1 AND destination = ? ORDER BY rowid`,
        destination,
      )
      .map(placeOf);
  }

  /**
   * Whether nothing but these bytes ever came in under a UID. Wherever they went: a destination may have had
   * another name, two may be one server, and what is sent straight has no item.
   */
  isOnlyVersion(sopInstance: string, hash: string): boolean {
    const other = this.#sql.get(
      "SELECT 1 FROM instances WHERE sop_instance = ? AND hash <> ? LIMIT 1",
      sopInstance,
      hash,
    );
    return other === undefined;
  }

  /** Whether anything waits for a destination: to be sent, or for it to be asked to answer for it. */
  isAwaited(destination: string): boolean {
    // The plus keeps SQLite from reading all that was ever sent there by its state.
    const row = this.#sql.get(
      `SELECT 1 WHERE EXISTS (SELECT 1 FROM items
         WHERE state = ${stateNumbers.pending} AND destination = ?1)
       OR EXISTS (SELECT 1 FROM items WHERE commitment = ${commitmentNumbers.wanted}
         AND +state = ${stateNumbers.sent} AND destination = ?1)`,
      destination,
    );
    return row !== undefined;
  }

  /** Whether the queue counts on a file. */
  isSpooled(hash: string): boolean {
    const row = this.#sql.get("SELECT in_spool FROM instances WHERE hash = ?", hash);
    return row?.["in_spool"] === 1;
  }

  /** Every file that the queue counts on. */
  spooled(): readonly string[] {
    return this.#sql
      .all("SELECT hash FROM instances WHERE in_spool = 1")
      .map((row) => String(row["hash"]));
  }
}
