import type { JobId } from "../core/job-id.ts";
import type { JobRecord } from "../core/job-record.ts";
import { isFinished } from "../core/job-state.ts";
import type { JobTable } from "../core/job-table.ts";
import type { StoreWrite } from "../ports/job-store.ts";
import { Departures } from "./departures.ts";
import type { LedgerParts } from "./ledger-parts.ts";
import type { CurrentJobs, Told } from "./persistence.ts";

/** What is written of the jobs in the table, and with what else each write goes to the store. */
export class Saves implements CurrentJobs {
  readonly #table: JobTable;
  readonly #parts: Pick<LedgerParts, "persistence" | "savesItself">;
  readonly #departures: Departures;

  constructor(table: JobTable, parts: LedgerParts) {
    this.#table = table;
    this.#parts = parts;
    this.#departures = new Departures(parts.history.succeeded);
  }

  write(id: JobId): StoreWrite {
    this.#departures.comeBack(id);
    const record = this.#table.get(id);
    if (record === null) return { kind: "delete", id };
    const isOthers = record.state.kind === "running" && this.#parts.savesItself(record.plugin);
    return { kind: isOthers ? "put-state" : "put", record };
  }

  leave(): readonly JobId[] {
    return this.#departures.leave();
  }

  /** Whether the store has let the job go with its end; see Departures. */
  hasLeft(id: JobId): boolean {
    return this.#departures.has(id);
  }

  /** Has a change of state committed. */
  changed(record: JobRecord, told: Told): Promise<void> {
    const hasSucceeded = record.state.kind === "succeeded";
    if (hasSucceeded && this.#parts.persistence.isDurable) this.#departures.ended(record.id);
    return this.save(record, told);
  }

  /** Has the store's copy of a job brought up to date; see Persistence.put. */
  save(record: JobRecord, told: Told): Promise<void> {
    const { persistence, savesItself } = this.#parts;
    const write = this.write(record.id);
    // Whoever has ended writes nothing any more that would have to come after it.
    if (isFinished(record.state)) return persistence.putAtEnd(write, told);
    return savesItself(record.plugin)
      ? persistence.putNow(write, told)
      : persistence.put(write, told);
  }

  /** The same with the next commit; nobody waits for it. */
  later(id: JobId): void {
    this.#parts.persistence.later(this.write(id));
  }

  /** Has a job deleted that is in the table no more. `isCommitted`: as it was there last. */
  delete(id: JobId, isCommitted: boolean, told: Told): Promise<void> {
    const { persistence } = this.#parts;
    const isDeleted = this.#departures.forget(id) && isCommitted;
    return isDeleted ? persistence.putBefore(told) : persistence.put({ kind: "delete", id }, told);
  }
}
