import type { SQLInputValue } from "node:sqlite";
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
import { addRequest } from "./moves.ts";
import type { QueueReader } from "./queue-reader.ts";
import { commitmentNumbers, stateNumbers, stateOf } from "./rows.ts";
import type { Sql } from "./sql.ts";

type Fate = Exclude<keyof Entered, "hastened">;

/** How instances, and what is to be done with them, get into the queue. */
export class Entering {
  readonly #sql: Sql;
  readonly #reader: QueueReader;
  readonly #capacity: Capacity;

  constructor(sql: Sql, reader: QueueReader) {
    this.#sql = sql;
    this.#reader = reader;
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

  enter({ request, policy, instances, isToCommit = false, now, notBefore = now }: Entry): Entered {
    addRequest(this.#sql, request, now);
    const entered = { added: 0, merged: 0, skipped: 0, missing: 0 };
    const hastened = new Set<string>();
    for (const instance of instances) {
      const fate = this.#fate(request, instance, policy);
      entered[fate] += 1;
      if (fate === "added") this.#add(request, instance, now, notBefore);
      const times = { now, notBefore };
      for (const job of this.#hastened(fate, request, instance, times)) hastened.add(job);
      if (isToCommit) this.#order(request.destination, instance.hash);
    }
    return { ...entered, ...(hastened.size > 0 && { hastened: [...hastened] }) };
  }

  /** The destination is asked for what it has, or will have, of a file; once it has it. */
  #order(destination: string, hash: string): void {
    this.#sql.run(
      `UPDATE items SET commitment = CASE state WHEN ${stateNumbers.sent}
         THEN ${commitmentNumbers.wanted} ELSE ${commitmentNumbers.ordered} END
       WHERE commitment = ${commitmentNumbers.none} AND id = (SELECT max(id) FROM items
         WHERE hash = ? AND destination = ?
         AND state IN (${stateNumbers.pending}, ${stateNumbers.sent}))`,
      hash,
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
      const hastened: string[] = [];
      const added = sends.filter(({ request, policy }) => {
        const fate = this.#fate(request, instance, policy);
        hastened.push(...this.#hastened(fate, request, instance, { now, notBefore: now }));
        if (fate !== "added") return false;
        addRequest(this.#sql, request, now);
        this.#add(request, instance, now);
        return true;
      });
      const requests = added.map(({ request }) => request.id);
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
        `SELECT state, request, job FROM items JOIN requests ON requests.id = items.request
         WHERE items.destination = ? AND hash = ? ORDER BY items.id DESC LIMIT 1`,
        destination,
        hash,
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
    request: QueueRequest,
    { hash, sopInstance }: QueuedInstance,
    now: number,
    dueAt: number = now,
  ): void {
    this.#capacity.take();
    this.#sql.run(
      `INSERT INTO items (request, destination, hash, sop_instance, state, attempts, due_at, is_alone,
         entered_at, queued_at, changed_at) VALUES (?, ?, ?, ?, ${stateNumbers.pending}, 0, ?, 0, ?, ?, ?)`,
      request.id,
      request.destination,
      hash,
      sopInstance,
      dueAt,
      now,
      dueAt,
      now,
    );
  }

  /**
   * What waits already, and was to be sent later than it is wanted now, is sent when it is wanted; not what
   * was tried, which waits since it failed. Answers the jobs of it.
   */
  #hastened(
    fate: Fate,
    { destination }: QueueRequest,
    { hash, sopInstance }: QueuedInstance,
    { now, notBefore }: { readonly now: number; readonly notBefore: number },
  ): readonly string[] {
    if (fate !== "merged") return [];
    return this.#sql
      .all(
        `UPDATE items SET due_at = ?1, queued_at = ?1, changed_at = ?2
         WHERE destination = ?3 AND sop_instance = ?4 AND hash = ?5
         AND state = ${stateNumbers.pending} AND attempts = 0 AND due_at > ?1
         RETURNING (SELECT job FROM requests WHERE id = request) AS job`,
        notBefore,
        now,
        destination,
        sopInstance,
        hash,
      )
      .flatMap(({ job }) => (typeof job === "string" ? [job] : []));
  }

  /** What happens to an instance that is to be sent. */
  #fate(
    { id, destination }: QueueRequest,
    { hash, sopInstance, resources }: QueuedInstance,
    policy: Entry["policy"],
  ): Fate {
    if (!this.#reader.isSpooled(hash)) return "missing";
    const known = this.#knownAs(destination, hash, sopInstance);
    if (known === "pending") return "merged";
    switch (policy) {
      case "always":
        return "added";
      case "updates-only":
        return known === "sent" ? "skipped" : "added";
      case "new-only":
        return this.#wasSent(destination, "items.sop_instance = ?", sopInstance)
          ? "skipped"
          : "added";
      case "never":
        // Those that go with it are not what was sent before.
        return this.#wasSent(destination, "study = ? AND request <> ?", resources.study, id)
          ? "skipped"
          : "added";
    }
  }

  /**
   * Whether these bytes are what the destination has, or will have when all is sent that waits; null: they
   * are not, or somebody may take them back. In the worst case they are then sent twice.
   */
  #knownAs(destination: string, hash: string, sopInstance: string): "pending" | "sent" | null {
    const last = this.#sql.get(
      `SELECT hash, state, is_queued FROM items JOIN requests ON requests.id = items.request
       WHERE items.destination = ? AND sop_instance = ?
       AND state IN (${stateNumbers.pending}, ${stateNumbers.sent}) ORDER BY items.id DESC LIMIT 1`,
      destination,
      sopInstance,
    );
    if (last?.["hash"] !== hash) return null;
    if (last["state"] === stateNumbers.sent) return "sent";
    return last["is_queued"] === 1 ? "pending" : null;
  }

  #wasSent(destination: string, condition: string, ...values: readonly SQLInputValue[]): boolean {
    return (
      this.#sql.get(
        `SELECT 1 FROM items JOIN instances USING (hash)
         WHERE destination = ? AND state = ${stateNumbers.sent} AND ${condition}`,
        destination,
        ...values,
      ) !== undefined
    );
  }
}
