import type { CommitmentReport } from "../dicom/commitment.ts";
import { afterUncommitted } from "../policy/uncommitted.ts";
import { hex } from "../policy/store-status.ts";
import type { Item } from "./item.ts";
import { instanceColumns, itemsInFull } from "./queue-reader.ts";
import { commitmentNumbers, itemOf, stateNumbers, type Row } from "./rows.ts";
import { listOf, type Sql } from "./sql.ts";
import { notSuperseded } from "./superseded.ts";

/** What a report came to. */
export interface Reported {
  readonly committed: number;
  readonly sentAgain: number;
  readonly failed: number;
  /** Those of which something is sent again. */
  readonly requests: readonly string[];
  /** Nobody waits for this transaction. */
  readonly isUnknown: boolean;
}

/** What a report comes to, as far as it is read. */
interface Counted {
  committed: number;
  sentAgain: number;
  failed: number;
  readonly requests: Set<string>;
}

/** Which peers answer for what was sent to them, and who was asked whether it does. */
export class Commitments {
  readonly #sql: Sql;
  readonly #claimed: () => ReadonlySet<number>;

  constructor(sql: Sql, claimed: () => ReadonlySet<number>) {
    this.#sql = sql;
    this.#claimed = claimed;
  }

  /** Puts what was sent and not asked for into a transaction. Empty: there is nothing. */
  ask(
    { destination, transaction }: { readonly destination: string; readonly transaction: string },
    limit: number,
    now: number,
  ): readonly Item[] {
    // The plus keeps SQLite from reading all that was ever sent there by its state.
    const rows = this.#sql.all(
      `SELECT items.*, ${instanceColumns} FROM ${itemsInFull}
       WHERE destination = ? AND commitment = ${commitmentNumbers.wanted}
       AND +state = ${stateNumbers.sent} ORDER BY items.id LIMIT ?`,
      destination,
      limit,
    );
    if (rows.length === 0) return [];
    this.#sql.run(
      "INSERT INTO transactions (uid, destination, asked_at, is_taken) VALUES (?, ?, ?, 0)",
      transaction,
      destination,
      now,
    );
    for (const row of rows) {
      this.#set(row, commitmentNumbers.asked, transaction);
    }
    return rows.map(itemOf);
  }

  /** The peer has the request, and will report. */
  taken(transaction: string): void {
    this.#sql.run("UPDATE transactions SET is_taken = 1 WHERE uid = ?", transaction);
  }

  /** What has no report yet is to be asked for again, in another transaction. */
  forget(transaction: string): void {
    this.#sql.run(
      `UPDATE items SET commitment = ${commitmentNumbers.wanted}, transaction_uid = NULL
       WHERE transaction_uid = ? AND commitment = ${commitmentNumbers.asked}`,
      transaction,
    );
    this.#sql.run("DELETE FROM transactions WHERE uid = ?", transaction);
  }

  /** Forgets those that were asked for before, or that the peer does not have: of a crash. Answers how many. */
  forgetOld(destination: string, before: number, isStart: boolean): number {
    const old = this.#sql.all(
      `SELECT uid FROM transactions WHERE destination = ?
       AND (asked_at <= ? OR (? AND is_taken = 0))`,
      destination,
      before,
      isStart ? 1 : 0,
    );
    for (const { uid } of old) this.forget(String(uid));
    return old.length;
  }

  /** What is not named stays asked for. */
  report({ transaction, committed, failed }: CommitmentReport, now: number): Reported {
    const rows = this.#sql.all(
      `SELECT id, request, sop_instance, attempts FROM items
       WHERE transaction_uid = ? AND commitment = ${commitmentNumbers.asked}`,
      transaction,
    );
    const kept = new Set(committed);
    const reasons = new Map(failed.map(({ sopInstance, reason }) => [sopInstance, reason]));
    const reported: Counted = { committed: 0, sentAgain: 0, failed: 0, requests: new Set() };
    for (const row of rows) {
      const uid = String(row["sop_instance"]);
      const reason = reasons.get(uid);
      if (reason !== undefined) this.#fail(row, reason, now, reported);
      else if (kept.has(uid)) {
        this.#set(row, commitmentNumbers.committed, transaction);
        reported.committed += 1;
      }
    }
    this.#sql.run(
      `DELETE FROM transactions WHERE uid = ?1 AND NOT EXISTS (SELECT 1 FROM items
         WHERE transaction_uid = ?1 AND commitment = ${commitmentNumbers.asked})`,
      transaction,
    );
    return { ...reported, requests: [...reported.requests], isUnknown: rows.length === 0 };
  }

  #fail(row: Row, reason: number, now: number, reported: Counted): void {
    const next = afterUncommitted(reason, Number(row["attempts"]));
    if (next === "ask-again") {
      this.#set(row, commitmentNumbers.wanted, null);
      return;
    }
    if (this.#isSuperseded(row, new Set())) {
      // The destination has what was meant in the end, and is asked about that.
      this.#set(row, commitmentNumbers.none, null);
      return;
    }
    // While a newer version is on its way nothing goes after it; whether that arrives nobody knows.
    const isError = next === "give-up" || this.#isSuperseded(row, this.#claimed());
    reported[isError ? "failed" : "sentAgain"] += 1;
    if (!isError) reported.requests.add(String(row["request"]));
    this.#sql.run(
      // Once it is sent the peer is asked again.
      `UPDATE items SET state = ?, commitment = ${commitmentNumbers.ordered}, transaction_uid = NULL,
         attempts = attempts + 1, due_at = ?, queued_at = ?, changed_at = ?, failure_code = ?,
         failure_sentence = 'The peer does not answer for the instance.' WHERE id = ?`,
      isError ? stateNumbers.failed : stateNumbers.pending,
      now,
      now,
      now,
      `commitment ${hex(reason)}`,
      Number(row["id"]),
    );
  }

  /** By what was sent, or by one of these. */
  #isSuperseded({ id = null }: Row, claimed: ReadonlySet<number>): boolean {
    const row = this.#sql.get(
      `SELECT 1 FROM items WHERE id = ? AND NOT ${notSuperseded("items.destination")}`,
      id,
      listOf(claimed),
    );
    return row !== undefined;
  }

  #set({ id = null }: Row, commitment: number, transaction: string | null): void {
    this.#sql.run(
      "UPDATE items SET commitment = ?, transaction_uid = ? WHERE id = ?",
      commitment,
      transaction,
      id,
    );
  }
}
