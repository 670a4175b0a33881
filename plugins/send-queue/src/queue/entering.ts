import type {
  Arrival,
  Arrived,
  Entered,
  Entry,
  QueuedInstance,
  QueueRequest,
  Unsent,
} from "./item.ts";
import { Capacity } from "./capacity.ts";
import { fatesOf, unknownOf } from "./fates.ts";
import { addRequest } from "./moves.ts";
import type { QueueReader } from "./queue-reader.ts";
import { commitmentNumbers, stateNumbers, stateOf } from "./rows.ts";
import { listOf, type Sql } from "./sql.ts";

/** How instances, and what is to be done with them, get into the queue. */
export class Entering {
  readonly #sql: Sql;
  readonly #capacity: Capacity;

  constructor(sql: Sql, reader: QueueReader) {
    this.#sql = sql;
    this.#capacity = new Capacity(() => reader.held());
  }

  /** So many items may wait or be errors, at most. */
  limit(most: number): void {
    this.#capacity.limit(most);
  }

  /** An instance is in the spool. True: it was not before. */
  keep(instance: QueuedInstance, now: number): boolean {
    const known = this.#sql.get("SELECT in_spool FROM instances WHERE hash = ?", instance.hash);
    if (known !== undefined) {
      // Of several versions the last that came is the one that is meant.
      this.#sql.run(
        "UPDATE instances SET in_spool = 1, entered_at = ? WHERE hash = ?",
        now,
        instance.hash,
      );
      return known["in_spool"] === 0;
    }
    const { resources } = instance;
    this.#sql.run(
      "INSERT INTO instances VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?)",
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
      instance.isCut === true ? 1 : 0,
    );
    return true;
  }

  enter({ request, policy, meant, isToCommit = false, now, notBefore = now }: Entry): Entered {
    const unknown = "resources" in meant ? unknownOf(this.#sql, meant.resources) : null;
    if (unknown !== null) return { added: 0, merged: 0, skipped: 0, missing: 0, unknown };
    addRequest(this.#sql, request, now);
    const fates = fatesOf(this.#sql, request, { policy, meant });
    const { added, merged, skipped, missing } = fates;
    this.#add(request, added, { now, notBefore });
    const hastened = this.#hastened(request, merged, { now, notBefore });
    if (isToCommit) this.#order(request.destination, [...added, ...merged, ...skipped]);
    return {
      added: added.size,
      merged: merged.size,
      skipped: skipped.size,
      missing,
      ...(merged.size > 0 && { mergedHashes: this.#hashesOf(merged) }),
      ...(hastened.length > 0 && { hastened }),
    };
  }

  #hashesOf(instances: Iterable<number>): readonly string[] {
    return this.#sql
      .all(
        "SELECT hash FROM json_each(?) AS meant JOIN instances ON instances.rowid = meant.value",
        listOf(instances),
      )
      .map(({ hash }) => String(hash));
  }

  /** The destination is asked for what it has, or will have, of files; once it has them. */
  #order(destination: string, instances: Iterable<number>): void {
    // The plus keeps SQLite from reading all that was ever sent there by its state.
    this.#sql.run(
      `UPDATE items SET commitment = CASE state WHEN ${stateNumbers.sent}
         THEN ${commitmentNumbers.wanted} ELSE ${commitmentNumbers.ordered} END
       WHERE commitment = ${commitmentNumbers.none} AND id IN (SELECT max(items.id)
         FROM json_each(?) AS meant JOIN instances ON instances.rowid = meant.value
         JOIN items USING (hash, sop_instance) WHERE items.destination = ?
         AND +items.state IN (${stateNumbers.pending}, ${stateNumbers.sent}) GROUP BY hash)`,
      listOf(instances),
      destination,
    );
  }

  /** Instances have come, and are in the spool: they are kept, and go where they go by themselves. */
  arrive(arrivals: readonly Arrival[], taken: string | null, now: number): readonly Arrived[] {
    if (taken !== null) {
      this.#sql.run("INSERT OR IGNORE INTO taken_files VALUES (?)", taken);
    }
    return arrivals.map(({ instance, sends }) => {
      const isNew = this.keep(instance, now);
      const meant = { hashes: [instance.hash] };
      const hastened: string[] = [];
      const entered = sends.filter(({ request, policy }) => {
        const { added, merged } = fatesOf(this.#sql, request, { policy, meant });
        hastened.push(...this.#hastened(request, merged, { now, notBefore: now }));
        if (added.size === 0) return false;
        addRequest(this.#sql, request, now);
        this.#add(request, added, { now, notBefore: now });
        return true;
      });
      const requests = entered.map(({ request }) => request.id);
      return { isNew, requests, ...(hastened.length > 0 && { hastened }) };
    });
  }

  /** Whether a file in a watched folder was taken already. */
  isTaken(file: string): boolean {
    return this.#sql.get("SELECT 1 FROM taken_files WHERE file = ?", file) !== undefined;
  }

  takenFiles(): readonly string[] {
    return this.#sql.all("SELECT file FROM taken_files").map(({ file }) => String(file));
  }

  /** A file that was taken is about to leave its folder, or has left it. */
  forgetTaken(file: string): void {
    this.#sql.run("DELETE FROM taken_files WHERE file = ?", file);
  }

  /** Of the files with these hashes, those whose last item at a destination was not sent; whose they are. */
  unsent(destination: string, hashes: readonly string[]): readonly Unsent[] {
    return hashes.flatMap((hash) => {
      const row = this.#sql.get(
        `SELECT items.state, request, job FROM instances JOIN items USING (hash, sop_instance)
         JOIN requests ON requests.id = items.request
         WHERE instances.hash = ? AND items.destination = ? ORDER BY items.id DESC LIMIT 1`,
        hash,
        destination,
      );
      if (row === undefined || row["state"] === stateNumbers.sent) return [];
      const { job } = row;
      return [
        {
          state: stateOf(Number(row["state"])),
          request: String(row["request"]),
          job: typeof job === "string" ? job : null,
        },
      ];
    });
  }

  #add(
    { id, destination }: QueueRequest,
    instances: ReadonlySet<number>,
    { now, notBefore }: Times,
  ): void {
    if (instances.size === 0) return;
    this.#capacity.take(instances.size);
    this.#sql.run(
      `INSERT INTO items (request, destination, hash, sop_instance, state, attempts, due_at, is_alone,
         entered_at, queued_at, changed_at)
       SELECT ?1, ?2, hash, sop_instance, ${stateNumbers.pending}, 0, ?3, 0, ?4, ?3, ?4
       FROM json_each(?5) AS meant JOIN instances ON instances.rowid = meant.value ORDER BY meant.key`,
      id,
      destination,
      notBefore,
      now,
      listOf(instances),
    );
  }

  /**
   * What waits already, and was to be sent later than it is wanted now, is sent when it is wanted; not what
   * was tried, which waits since it failed. Answers the jobs of it.
   */
  #hastened(
    { destination }: QueueRequest,
    merged: ReadonlySet<number>,
    { now, notBefore }: Times,
  ): readonly string[] {
    if (merged.size === 0) return [];
    // The plus keeps SQLite from reading all that waits.
    const jobs = this.#sql
      .all(
        `UPDATE items SET due_at = ?1, queued_at = ?1, changed_at = ?2
         WHERE id IN (SELECT items.id FROM json_each(?3) AS meant
           JOIN instances ON instances.rowid = meant.value
           JOIN items USING (hash, sop_instance) WHERE items.destination = ?4)
         AND +state = ${stateNumbers.pending} AND attempts = 0 AND due_at > ?1
         RETURNING (SELECT job FROM requests WHERE id = request) AS job`,
        notBefore,
        now,
        listOf(merged),
        destination,
      )
      .flatMap(({ job }) => (typeof job === "string" ? [job] : []));
    return [...new Set(jobs)];
  }
}

/** Epoch milliseconds. */
interface Times {
  readonly now: number;
  readonly notBefore: number;
}
