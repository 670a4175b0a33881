import type { DatabaseSync } from "node:sqlite";
import { Commitments } from "./commitments.ts";
import { Entering } from "./entering.ts";
import type { Item, Outcome, Settlement } from "./item.ts";
import { Moves } from "./moves.ts";
import { Prospects } from "./prospects.ts";
import { commitmentNumbers, itemOf, stateNumbers } from "./rows.ts";
import { instanceColumns, itemsInFull, QueueReader } from "./queue-reader.ts";
import { listOf, Sql } from "./sql.ts";
import { conditionsOf, type ItemFilter } from "./item-filter.ts";
import { notSuperseded } from "./superseded.ts";
import { Upkeep } from "./upkeep.ts";

/** The queue in its file: every statement that changes it. One thread's; whoever calls makes the transaction. */
export class QueueFile {
  readonly reader: QueueReader;
  readonly entering: Entering;
  readonly moves: Moves;
  readonly upkeep: Upkeep;
  readonly commitments: Commitments;
  readonly prospects: Prospects;
  readonly #sql: Sql;
  /** Items that somebody has taken to send: known here alone, so that a crash gives them back. */
  #claimed = new Set<number>();
  #claimedBefore = this.#claimed;
  /** Of the journal that this process writes. */
  #generation = -1;

  /** Brings the database to the version of today. @throws it was written by a newer one */
  constructor(database: DatabaseSync) {
    this.#sql = new Sql(database);
    this.reader = new QueueReader(this.#sql);
    this.commitments = new Commitments(this.#sql, () => this.#claimed);
    this.prospects = new Prospects(this.#sql, () => this.#claimed);
    this.entering = new Entering(this.#sql, this.reader);
    this.moves = new Moves(this.#sql, () => this.#claimed);
    this.upkeep = new Upkeep(this.#sql, () => this.#claimed);
  }

  /** `isLate`: what is committed need not be on the disk at once. */
  begin(isLate = false): void {
    this.#sql.begin(isLate);
    this.#claimedBefore = new Set(this.#claimed);
  }

  commit(): void {
    this.#sql.commit();
  }

  /** What was taken since `begin` is not taken, what was settled is not. */
  rollback(): void {
    this.#claimed = this.#claimedBefore;
    this.#sql.rollback();
  }

  close(): void {
    this.#sql.close();
  }

  /**
   * Takes what of a request is due, at most `limit`, in the order of entry. An older version of the
   * same instance for the same destination goes first: until it is settled the newer one waits. What
   * came or was charged in the future is due, too: somebody has set the clock back; but not what is meant to wait.
   */
  claim(request: string, now: number, limit: number): readonly Item[] {
    const rows = this.#sql.all(
      `SELECT items.*, ${instanceColumns} FROM ${itemsInFull}
       WHERE request = ?1 AND state = ${stateNumbers.pending}
       AND (due_at <= ?2 OR (changed_at > ?2 AND (attempts > 0 OR due_at <= changed_at)))
       AND items.id NOT IN (SELECT value FROM json_each(?4)) AND NOT EXISTS (
         SELECT 1 FROM items AS older WHERE older.destination = items.destination
         AND older.sop_instance = items.sop_instance AND older.state = ${stateNumbers.pending}
         AND older.id < items.id)
       ORDER BY items.id LIMIT ?3`,
      request,
      now,
      limit,
      listOf(this.#claimed),
    );
    const items = rows.map(itemOf);
    for (const { id } of items) this.#claimed.add(id);
    return items;
  }

  /** The same where the order counts: nothing before what came to the destination earlier. */
  claimInOrder(request: string, now: number, limit: number): readonly Item[] {
    const rows = this.#sql.all(
      `SELECT items.*, ${instanceColumns} FROM ${itemsInFull}
       WHERE destination = (SELECT destination FROM requests WHERE id = ?)
       AND state = ${stateNumbers.pending} ORDER BY items.id LIMIT ?`,
      request,
      limit,
    );
    const mayGo = (item: Item): boolean =>
      item.request === request && isDue(item, now) && !this.#claimed.has(item.id);
    const items = rows.map(itemOf);
    const end = items.findIndex((item) => !mayGo(item));
    const taken = items.slice(0, end === -1 ? items.length : end);
    for (const { id } of taken) this.#claimed.add(id);
    return taken;
  }

  /** Gives back what was taken and not tried. */
  release(ids: readonly number[]): void {
    for (const id of ids) this.#claimed.delete(id);
  }

  /** What became of items that were taken, in this order. */
  settleAll(settlements: readonly Settlement[]): void {
    let last = 0;
    for (const { id, outcome, now, number = 0 } of settlements) {
      this.settle(id, outcome, now);
      last = Math.max(last, number);
    }
    // Not that of another process: it has begun a journal of its own.
    if (last === 0) return;
    this.#sql.run(
      "UPDATE journal SET applied = max(applied, ?) WHERE generation = ?",
      last,
      this.#generation,
    );
  }

  /** The journal that is this database's, and up to which number all of it stands here. */
  journal(): { readonly generation: number; readonly applied: number } {
    const row = this.#sql.get("SELECT generation, applied FROM journal");
    return { generation: Number(row?.["generation"]), applied: Number(row?.["applied"]) };
  }

  /** Nothing of it stands here. What stands in another one is of no meaning from now on. */
  beginJournal(generation: number): void {
    this.#generation = generation;
    this.#sql.run("UPDATE journal SET generation = ?, applied = 0", generation);
  }

  /** What became of an item that was taken. One that was removed meanwhile stays so, unless it was sent. */
  settle(id: number, outcome: Outcome, now: number): void {
    this.#claimed.delete(id);
    switch (outcome.kind) {
      case "sent":
        this.#sql.run(
          `UPDATE items SET state = ${stateNumbers.sent}, warning = ?1, commitment =
             CASE WHEN ?2 = 'true' OR (?2 = 'if-ordered' AND commitment = ${commitmentNumbers.ordered})
               THEN ${commitmentNumbers.wanted} ELSE ${commitmentNumbers.none} END,
             changed_at = ?3 WHERE id = ?4`,
          outcome.warning,
          String(outcome.isToCommit ?? false),
          now,
          id,
        );
        return;
      case "retry":
        this.#sql.run(
          `UPDATE items SET attempts = attempts + 1, due_at = ?, is_alone = ?, failure_code = ?,
             failure_sentence = ?, changed_at = ? WHERE id = ? AND state = ${stateNumbers.pending}`,
          outcome.dueAt,
          outcome.isAlone ? 1 : 0,
          outcome.why.code,
          outcome.why.sentence,
          now,
          id,
        );
        return;
      case "failed":
        this.#sql.run(
          `UPDATE items SET state = ${stateNumbers.failed}, attempts = attempts + 1, failure_code = ?,
             failure_sentence = ?, changed_at = ? WHERE id = ? AND state = ${stateNumbers.pending}`,
          outcome.why.code,
          outcome.why.sentence,
          now,
          id,
        );
    }
  }

  /**
   * Puts what failed into the queue again, its attempts forgotten; not what a newer version of the same
   * instance has been sent after, or is on its way. Answers the requests it is of.
   */
  requeue(filter: ItemFilter, now: number): readonly string[] {
    return this.#changed(
      filter,
      stateNumbers.failed,
      {
        change: `state = ${stateNumbers.pending}, attempts = 0, is_alone = 0, due_at = ?1,
          queued_at = ?1`,
        only: notSuperseded("items.destination"),
        values: [listOf(this.#claimed)],
      },
      now,
    );
  }

  /** Takes out of the queue what waits or failed. Answers the requests it is of. */
  remove(filter: ItemFilter, now: number): readonly string[] {
    const waiting = this.#changed(
      filter,
      stateNumbers.pending,
      { change: `state = ${stateNumbers.removed}` },
      now,
    );
    const failed = this.#changed(
      filter,
      stateNumbers.failed,
      { change: `state = ${stateNumbers.removed}` },
      now,
    );
    return [...waiting, ...failed];
  }

  /** Which job of the engine sends a request. */
  setJob(request: string, job: string): void {
    this.#sql.run("UPDATE requests SET job = ? WHERE id = ?", job, request);
  }

  /**
   * The files in the spool that were sent, and that nobody waits for any more or has brought again since
   * `before`; from now on they are not in it. Nor are those needed that a destination was not heard to answer
   * for. What was sent to a destination of `kept` stays; one of `unasked` need not answer.
   */
  unneeded(
    limit: number,
    before: number,
    { kept = [], unasked = [] }: Keeping = {},
  ): readonly string[] {
    return this.#sql
      .all(
        `UPDATE instances SET in_spool = 0 WHERE hash IN (
         SELECT hash FROM instances WHERE in_spool = 1 AND entered_at <= ?1
         AND EXISTS (SELECT 1 FROM items WHERE ${isOfInstance})
         AND NOT EXISTS (SELECT 1 FROM items WHERE ${isOfInstance}
           AND (state IN (${stateNumbers.pending}, ${stateNumbers.failed}) OR changed_at > ?1
             OR destination IN (SELECT value FROM json_each(?2))
             OR (commitment IN (${commitmentNumbers.wanted}, ${commitmentNumbers.asked})
               AND destination NOT IN (SELECT value FROM json_each(?3)))))
         LIMIT ?4)
       RETURNING hash`,
        before,
        JSON.stringify(kept),
        JSON.stringify(unasked),
        limit,
      )
      .map((row) => String(row["hash"]));
  }

  #changed(
    filter: ItemFilter,
    from: number,
    { change, only = "TRUE", values: more = [] }: Change,
    now: number,
  ): readonly string[] {
    const { where, values } = conditionsOf(filter);
    return this.#sql
      .all(
        `UPDATE items SET ${change}, changed_at = ?1 WHERE id IN (
         SELECT items.id FROM ${itemsInFull} WHERE ${where} AND state = ${from} AND ${only})
       RETURNING request`,
        now,
        ...values,
        ...more,
      )
      .map((row) => String(row["request"]));
  }
}

/** As `claim` sees it. */
const isDue = ({ dueAt, changedAt, attempts }: Item, now: number): boolean =>
  dueAt <= now || (changedAt > now && (attempts > 0 || dueAt <= changedAt));

/** Bytes have one UID, by which their items are found. */
const isOfInstance = "items.sop_instance = instances.sop_instance AND items.hash = instances.hash";

/** Names of destinations. */
export interface Keeping {
  readonly kept?: readonly string[];
  readonly unasked?: readonly string[];
}

/** What becomes of items, and of which `only`; `values` are those of the latter. */
interface Change {
  readonly change: string;
  readonly only?: string;
  readonly values?: readonly string[];
}
