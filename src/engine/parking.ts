import type { JobId } from "../core/job-id.ts";
import type { JobRecord } from "../core/job-record.ts";
import { ParkingLines, type Place } from "../core/parking-lines.ts";
import type { Ledger } from "./ledger.ts";

/** What parking needs of whoever keeps the pending jobs in order. */
export interface PendingOrder {
  /** Null: the job stands nowhere, because nobody can revive it. */
  placeOf(record: JobRecord): Place | null;
  /** Takes an admitted job out of the slots' list, so that it waits again. False: it has begun. */
  takeBack(id: JobId): boolean;
  /** Admits what fits. */
  pump(): void;
}

/**
 * Bounds the payloads of pending jobs. Above `maxPayloads` those that will start last are parked: the
 * payload is finalized, the job stays in its place as a record, and its payload is revived in its
 * slot, as after a restart. Only a job whose payload can be made again is parked, and counts: the
 * record has its state, that is committed, and somebody has registered its type. One that stands in
 * the slots' list is taken out first. Nothing is counted before more jobs than that are pending.
 */
export class Parking {
  readonly #maxPayloads: number;
  readonly #ledger: Ledger;
  #order: PendingOrder | null = null;
  /** Null: not so many are pending. */
  #lines: ParkingLines | null = null;
  /** Those with a payload that cannot be parked as they are now. */
  readonly #unfit = new Set<JobId>();
  #isDue = false;
  #isClosed = false;

  /** `maxPayloads`: 0 for no bound. */
  constructor(ledger: Ledger, maxPayloads: number) {
    this.#ledger = ledger;
    this.#maxPayloads = maxPayloads;
  }

  /** REQUIRES: called once, before any job. */
  connect(order: PendingOrder): void {
    this.#order = order;
  }

  /** How many more pending jobs may have a payload. */
  get room(): number {
    if (this.#maxPayloads === 0) return Number.MAX_SAFE_INTEGER;
    return Math.max(this.#maxPayloads - this.#count, 0);
  }

  /** A pending job has got this place. */
  placed(record: JobRecord, place: Place): void {
    if (this.#maxPayloads === 0) return;
    this.#forgetIfFew();
    this.left(record.id);
    if (this.#lines !== null) this.#put(this.#lines, record, place);
    if (this.#count > this.#maxPayloads) this.#soon();
  }

  /** A job is not pending any more, or is about to get another place. */
  left(id: JobId): void {
    this.#lines?.remove(id);
    this.#unfit.delete(id);
  }

  /** What the record of a job says is committed. */
  committed(record: JobRecord): void {
    if (this.#unfit.has(record.id)) this.#placeAgain(record);
  }

  /** Somebody revives jobs who did not before. */
  typeRegistered(): void {
    // A copy: who is put into its place again may be unfit again.
    const unfit = [...this.#unfit];
    for (const id of unfit) {
      const record = this.#ledger.table.get(id);
      if (record !== null) this.#placeAgain(record);
    }
  }

  /** Parks nothing more. */
  close(): void {
    this.#isClosed = true;
  }

  /** How many there are at most: all that are pending, as long as those cannot be too many. */
  get #count(): number {
    return this.#lines?.size ?? this.#ledger.table.count("pending");
  }

  #placeAgain(record: JobRecord): void {
    const place = this.#order?.placeOf(record) ?? null;
    if (place !== null) this.placed(record, place);
  }

  #put(lines: ParkingLines, record: JobRecord, place: Place): void {
    const hasPayload = this.#ledger.payload(record.id) !== null;
    if (!hasPayload || record.currentState === null) return;
    if (this.#ledger.canPark(record)) lines.put(record, place);
    else this.#unfit.add(record.id);
  }

  /** When all that happens in this turn has happened: a payload is not let go in the middle of it. */
  #soon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      if (!this.#isClosed) this.#look();
    });
  }

  #look(): void {
    const order = this.#order;
    const lines = this.#begin();
    if (order === null || lines === null) return;
    let isRecalled = false;
    while (lines.size > this.#maxPayloads && lines.next !== null) {
      const { id, place } = lines.next;
      const isParked = this.#park(order, id, place);
      isRecalled ||= isParked && place === "admitted";
    }
    // Without their payloads they are admitted again.
    if (isRecalled) order.pump();
  }

  /** False: it cannot be parked now. In any case it is in no line any more. */
  #park(order: PendingOrder, id: JobId, place: Place): boolean {
    const record = this.#ledger.table.get(id);
    const isFit = record !== null && this.#ledger.canPark(record);
    const hasBegun = isFit && place === "admitted" && !order.takeBack(id);
    this.left(id);
    if (!isFit) this.#unfit.add(id);
    if (!isFit || hasBegun) return false;
    void this.#ledger.release(id);
    return true;
  }

  /** Not so many are pending any more; half of it, so that not every job around the bound counts. */
  #forgetIfFew(): void {
    if (this.#lines === null) return;
    if (this.#ledger.table.count("pending") > this.#maxPayloads / 2) return;
    this.#lines = null;
    this.#unfit.clear();
  }

  /** The lines, from now on if there have to be some; null: not so many are pending. */
  #begin(): ParkingLines | null {
    if (this.#lines !== null) return this.#lines;
    if (this.#ledger.table.count("pending") <= this.#maxPayloads) return null;
    const lines = new ParkingLines();
    for (const record of this.#ledger.table.records()) {
      const place = record.state.kind === "pending" ? this.#order?.placeOf(record) : null;
      if (place !== null && place !== undefined) this.#put(lines, record, place);
    }
    this.#lines = lines;
    return lines;
  }
}
