import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import type {
  Entered,
  Entry,
  Item,
  ItemState,
  OpenRequest,
  Outcome,
  QueueRequest,
  QueuedInstance,
  RequestCounts,
} from "./item.ts";
import { itemOf, instanceOf, requestOf, stateNumbers, stateOf } from "./rows.ts";
import { Sql } from "./sql.ts";
import { conditionsOf, type ItemFilter } from "./item-filter.ts";

/** The queue in its file: every statement of it. One thread's; whoever calls makes the transaction. */
export class QueueFile {
  readonly #sql: Sql;
  /** Items that somebody has taken to send: known here alone, so that a crash gives them back. */
  #claimed = new Set<number>();
  #claimedBefore = this.#claimed;

  /** Brings the database to the version of today. @throws it was written by a newer one */
  constructor(database: DatabaseSync) {
    this.#sql = new Sql(database);
  }

  begin(): void {
    this.#sql.begin();
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

  /** An instance is in the spool. True: it was not before. */
  keep(instance: QueuedInstance, now: number): boolean {
    const known = this.#sql.get("SELECT in_spool FROM instances WHERE hash = ?", instance.hash);
    if (known !== undefined) {
      this.#sql.run("UPDATE instances SET in_spool = 1 WHERE hash = ?", instance.hash);
      return known["in_spool"] === 0;
    }
    const { resources } = instance;
    this.#sql.run(
      "INSERT INTO instances VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)",
      instance.hash,
      instance.sopClass,
      instance.sopInstance,
      instance.transferSyntax,
      instance.offset,
      instance.size,
      resources.patient,
      resources.study,
      resources.series,
      resources.instance,
      now,
    );
    return true;
  }

  /** What `id` stands for: an instance, a series, a study or a patient; what came first, first. */
  instances(id: string): readonly QueuedInstance[] {
    const columns = ["instance", "series", "study", "patient"];
    const where = columns.map((column) => `${column} = ?1`).join(" OR ");
    const rows = this.#sql.all(
      `SELECT * FROM instances WHERE in_spool = 1 AND (${where}) ORDER BY entered_at, rowid`,
      id,
    );
    // Of the same UID the last that came is the one that is meant.
    const latest = new Map(rows.map((row) => [String(row["sop_instance"]), instanceOf(row)]));
    return [...latest.values()];
  }

  enter({ request, policy, instances, now }: Entry): Entered {
    const { destination } = request;
    this.#addRequest(request, now);
    const entered = { added: 0, merged: 0, skipped: 0, missing: 0 };
    for (const instance of instances) {
      const fate = this.#fate(destination, instance, policy);
      entered[fate] += 1;
      if (fate !== "added") continue;
      this.#sql.run(
        `INSERT INTO items (request, destination, hash, sop_instance, state, attempts, due_at, is_alone,
           entered_at, changed_at) VALUES (?, ?, ?, ?, ${stateNumbers.pending}, 0, ?, 0, ?, ?)`,
        request.id,
        destination,
        instance.hash,
        instance.sopInstance,
        now,
        now,
        now,
      );
    }
    return entered;
  }

  /**
   * Takes what of a request is due, at most `limit`, in the order of entry. An older version of the
   * same instance for the same destination goes first: until it is settled the newer one waits.
   */
  claim(request: string, now: number, limit: number): readonly Item[] {
    const rows = this.#sql.all(
      `SELECT items.*, ${instanceColumns} FROM items JOIN instances USING (hash)
       WHERE request = ? AND state = ${stateNumbers.pending} AND due_at <= ? AND NOT EXISTS (
         SELECT 1 FROM items AS older WHERE older.destination = items.destination
         AND older.sop_instance = items.sop_instance AND older.state = ${stateNumbers.pending}
         AND older.id < items.id)
       ORDER BY items.id LIMIT ?`,
      request,
      now,
      limit + this.#claimed.size,
    );
    const items = rows.filter((row) => !this.#claimed.has(Number(row["id"]))).slice(0, limit);
    for (const { id } of items) this.#claimed.add(Number(id));
    return items.map(itemOf);
  }

  /** Gives back what was taken and not tried. */
  release(ids: readonly number[]): void {
    for (const id of ids) this.#claimed.delete(id);
  }

  /** What became of an item that was taken. One that was removed meanwhile stays so, unless it was sent. */
  settle(id: number, outcome: Outcome, now: number): void {
    this.#claimed.delete(id);
    switch (outcome.kind) {
      case "sent":
        this.#sql.run(
          `UPDATE items SET state = ${stateNumbers.sent}, warning = ?, changed_at = ? WHERE id = ?`,
          outcome.warning,
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

  counts(request: string): RequestCounts {
    const row = this.#sql.get(
      `SELECT count(*) FILTER (WHERE state = ${stateNumbers.pending}) AS pending,
         count(*) FILTER (WHERE state = ${stateNumbers.sent}) AS sent,
         count(warning) AS warned,
         count(*) FILTER (WHERE state = ${stateNumbers.failed}) AS failed,
         count(*) FILTER (WHERE state = ${stateNumbers.removed}) AS removed,
         min(due_at) FILTER (WHERE state = ${stateNumbers.pending}) AS next_due_at,
         coalesce(sum(size) FILTER (WHERE state IN (${stateNumbers.pending}, ${stateNumbers.sent})), 0) AS bytes
       FROM items JOIN instances USING (hash) WHERE request = ?`,
      request,
    );
    const number = (name: string): number => Number(row?.[name] ?? 0);
    return {
      pending: number("pending"),
      sent: number("sent"),
      warned: number("warned"),
      failed: number("failed"),
      removed: number("removed"),
      nextDueAt: row?.["next_due_at"] === null ? null : number("next_due_at"),
      bytes: number("bytes"),
    };
  }

  items(filter: ItemFilter, limit: number): readonly Item[] {
    const { where, values } = conditionsOf(filter);
    return this.#sql
      .all(
        `SELECT items.*, ${instanceColumns} FROM items JOIN instances USING (hash)
       WHERE ${where} ORDER BY items.id LIMIT ?`,
        ...values,
        limit,
      )
      .map(itemOf);
  }

  /** How many items of each state each destination has, and since when the oldest pending one waits. */
  totals(): readonly Total[] {
    return this.#sql
      .all(
        `SELECT destination, state, count(*) AS count, min(items.entered_at) AS oldest, sum(size) AS bytes
       FROM items JOIN instances USING (hash) GROUP BY destination, state ORDER BY destination, state`,
      )
      .map((row) => ({
        destination: String(row["destination"]),
        state: stateOf(Number(row["state"])),
        count: Number(row["count"]),
        oldest: Number(row["oldest"]),
        bytes: Number(row["bytes"]),
      }));
  }

  /** Puts what failed into the queue again, its attempts forgotten. Answers the requests it is of. */
  requeue(filter: ItemFilter, now: number): readonly string[] {
    return this.#changed(
      filter,
      stateNumbers.failed,
      `state = ${stateNumbers.pending}, attempts = 0, is_alone = 0, due_at = ${now}`,
      now,
    );
  }

  /** Takes out of the queue what waits or failed. Answers the requests it is of. */
  remove(filter: ItemFilter, now: number): readonly string[] {
    const waiting = this.#changed(
      filter,
      stateNumbers.pending,
      `state = ${stateNumbers.removed}`,
      now,
    );
    const failed = this.#changed(
      filter,
      stateNumbers.failed,
      `state = ${stateNumbers.removed}`,
      now,
    );
    return [...waiting, ...failed];
  }

  /** Makes what waits and failed a request of its own, to another destination. Answers how much it is. */
  move(filter: ItemFilter, to: QueueRequest, now: number): number {
    this.#addRequest(to, now);
    const { where, values } = conditionsOf(filter);
    const claimed = [...this.#claimed].join(", ");
    return this.#sql.all(
      `UPDATE items SET request = ?, destination = ?, state = ${stateNumbers.pending}, attempts = 0,
         is_alone = 0, due_at = ?, changed_at = ? WHERE id IN (
         SELECT items.id FROM items JOIN instances USING (hash) WHERE ${where}
         AND items.id NOT IN (${claimed})
         AND state IN (${stateNumbers.pending}, ${stateNumbers.failed})) RETURNING id`,
      to.id,
      to.destination,
      now,
      now,
      ...values,
    ).length;
  }

  /** Which job of the engine sends a request. */
  setJob(request: string, job: string): void {
    this.#sql.run("UPDATE requests SET job = ? WHERE id = ?", job, request);
  }

  /** The requests of which something waits, in the order they came. */
  openRequests(): readonly OpenRequest[] {
    return this.#sql
      .all(
        `SELECT requests.* FROM requests WHERE EXISTS (SELECT 1 FROM items
           WHERE items.request = requests.id AND items.state = ${stateNumbers.pending})
         ORDER BY requests.rowid`,
      )
      .map(requestOf);
  }

  #addRequest({ id, destination, priority, isPermissive }: QueueRequest, now: number): void {
    this.#sql.run(
      "INSERT INTO requests VALUES (?, ?, ?, ?, NULL, ?)",
      id,
      destination,
      priority,
      isPermissive ? 1 : 0,
      now,
    );
  }

  /** The files in the spool that nobody waits for any more; from now on they are not in it. */
  unneeded(limit: number): readonly string[] {
    return this.#sql
      .all(
        `UPDATE instances SET in_spool = 0 WHERE hash IN (
         SELECT hash FROM instances WHERE in_spool = 1
         AND EXISTS (SELECT 1 FROM items WHERE items.hash = instances.hash)
         AND NOT EXISTS (SELECT 1 FROM items WHERE items.hash = instances.hash
           AND state IN (${stateNumbers.pending}, ${stateNumbers.failed})) LIMIT ?)
       RETURNING hash`,
        limit,
      )
      .map((row) => String(row["hash"]));
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

  /** What happens to an instance that is to be sent. */
  #fate(
    destination: string,
    { hash, sopInstance, resources }: QueuedInstance,
    policy: Entry["policy"],
  ): keyof Entered {
    const has = (condition: string, ...values: readonly SQLInputValue[]): boolean =>
      this.#sql.get(
        `SELECT 1 FROM items JOIN instances USING (hash) WHERE destination = ? AND ${condition}`,
        destination,
        ...values,
      ) !== undefined;
    if (!this.isSpooled(hash)) return "missing";
    if (has(`state = ${stateNumbers.pending} AND items.hash = ?`, hash)) return "merged";
    const sent = `state = ${stateNumbers.sent}`;
    switch (policy) {
      case "always":
        return "added";
      case "updates-only":
        return has(`${sent} AND items.hash = ?`, hash) ? "skipped" : "added";
      case "new-only":
        return has(`${sent} AND items.sop_instance = ?`, sopInstance) ? "skipped" : "added";
      case "never":
        return has(`${sent} AND instances.study = ?`, resources.study) ? "skipped" : "added";
    }
  }

  #changed(filter: ItemFilter, from: number, change: string, now: number): readonly string[] {
    const { where, values } = conditionsOf(filter);
    return this.#sql
      .all(
        `UPDATE items SET ${change}, changed_at = ? WHERE id IN (
         SELECT items.id FROM items JOIN instances USING (hash) WHERE ${where} AND state = ${from})
       RETURNING request`,
        now,
        ...values,
      )
      .map((row) => String(row["request"]));
  }
}

export interface Total {
  readonly destination: string;
  readonly state: ItemState;
  readonly count: number;
  /** When the first of them came in; epoch milliseconds. */
  readonly oldest: number;
  readonly bytes: number;
}

/** What an item is told with, beside its own columns. */
const instanceColumns = `instances.sop_class, instances.transfer_syntax, instances.offset,
  instances.size, instances.patient, instances.study, instances.series, instances.instance`;
