import { randomUUID } from "node:crypto";
import type { Diversion, QueueRequest } from "./item.ts";
import { conditionsOf, type ItemFilter } from "./item-filter.ts";
import { itemsInFull } from "./queue-reader.ts";
import { requestOf, stateNumbers } from "./rows.ts";
import { listOf, type Sql } from "./sql.ts";
import { notSuperseded } from "./superseded.ts";

/** One that is there already stays as it is. */
export function addRequest(sql: Sql, request: QueueRequest, now: number): void {
  sql.run(
    `INSERT INTO requests (id, destination, priority, is_permissive, entered_at, moved_from, is_queued)
     VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
    request.id,
    request.destination,
    request.priority,
    request.isPermissive ? 1 : 0,
    now,
    request.movedFrom ?? null,
    request.isQueued === false ? 0 : 1,
  );
}

/**
 * What goes to another destination than it was meant for. What is on its way stays where it is, and so
 * does what the other destination has a newer version of.
 */
export class Moves {
  readonly #sql: Sql;
  readonly #claimed: () => ReadonlySet<number>;

  constructor(sql: Sql, claimed: () => ReadonlySet<number>) {
    this.#sql = sql;
    this.#claimed = claimed;
  }

  /**
   * Makes what waits and failed a request of its own, to another destination. Answers how much it is. What is not to
   * be sent before its time is not sent before it there either.
   */
  move(filter: ItemFilter, to: QueueRequest, now: number): number {
    addRequest(this.#sql, to, now);
    const { where, values: wanted } = conditionsOf(filter);
    const values = [...wanted, listOf(this.#claimed())];
    const meant = `items.id IN (SELECT items.id FROM ${itemsInFull}
      WHERE ${where} AND items.id NOT IN (SELECT value FROM json_each(?))
      AND state IN (${stateNumbers.pending}, ${stateNumbers.failed}) AND ${notSuperseded("?")})`;
    const meantOnes = [...values, to.destination, listOf(this.#claimed())];
    const before = this.#sql.all(
      `SELECT request, count(*) AS count FROM items WHERE ${meant} GROUP BY request`,
      ...meantOnes,
    );
    for (const { request, count } of before) {
      this.#tell(String(request), Number(count), to.destination);
    }
    return this.#sql.all(
      `UPDATE items SET ${change} WHERE ${meant} RETURNING id`,
      to.id,
      to.destination,
      ...fiveTimes(now),
      ...meantOnes,
    ).length;
  }

  /**
   * Gives what waits for a destination since `before` to another, each request of it as one of its own.
   * What was given to another once is not given on, so nothing goes back and forth.
   */
  divert(
    { from, to }: { readonly from: string; readonly to: string },
    before: number,
    now: number,
  ): readonly Diversion[] {
    const meant = `destination = ? AND state = ${stateNumbers.pending} AND queued_at <= ?
      AND came_from IS NULL AND id NOT IN (SELECT value FROM json_each(?))
      AND ${notSuperseded("?")}`;
    const claimed = listOf(this.#claimed());
    const meantOnes = [from, before, claimed, to, claimed];
    const rows = this.#sql.all(
      `SELECT requests.*, waiting.count, waiting.tried FROM requests JOIN (
         SELECT request, count(*) AS count, sum(attempts > 0) AS tried FROM items
         WHERE ${meant} GROUP BY request) AS waiting ON waiting.request = requests.id`,
      ...meantOnes,
    );
    return rows.map((row) => {
      const source = requestOf(row);
      const { priority, isPermissive } = source;
      const count = Number(row["count"]);
      const request = {
        id: randomUUID(),
        destination: to,
        priority,
        isPermissive,
        movedFrom: from,
      };
      addRequest(this.#sql, request, now);
      this.#tell(source.id, count, to);
      this.#sql.run(
        `UPDATE items SET ${change} WHERE request = ? AND ${meant}`,
        request.id,
        to,
        ...fiveTimes(now),
        source.id,
        ...meantOnes,
      );
      return { request, job: source.job, count, tried: Number(row["tried"]) };
    });
  }

  #tell(request: string, count: number, to: string): void {
    this.#sql.run(
      "UPDATE requests SET moved = moved + ?, moved_to = ? WHERE id = ?",
      count,
      to,
      request,
    );
  }
}

/** When what goes elsewhere is due, and waits from: now, or its time if that has not come. Its values: now, twice. */
const fromNow = `CASE WHEN state = ${stateNumbers.pending} AND attempts = 0 AND due_at > max(changed_at, ?)
  THEN due_at ELSE ? END`;

/** Its values: request, destination, and five times now. */
const change = `came_from = destination, request = ?, destination = ?, state = ${stateNumbers.pending},
  attempts = 0, is_alone = 0, due_at = ${fromNow}, queued_at = ${fromNow}, changed_at = ?`;

const fiveTimes = (now: number): readonly number[] => [now, now, now, now, now];
