import { maxAdmitted } from "../core/limits.ts";
import type { JobId } from "../core/job-id.ts";
import type { JobRecord } from "../core/job-record.ts";
import { hasLimits, type JobLimits } from "../core/job-limits.ts";
import { LimitedQueue } from "../core/limited-queue.ts";
import { runsBefore, type Queued } from "../core/pending-queue.ts";
import type { Place } from "../core/parking-lines.ts";
import type { Limited } from "../core/places.ts";
import type { Clock } from "../ports/clock.ts";
import type { RunOrder, Turn } from "../ports/runner.ts";
import type { Slots } from "../ports/slots.ts";
import { DelayedJobs } from "./delayed-jobs.ts";
import { HeldBack } from "./held-back.ts";
import type { Ledger } from "./ledger.ts";
import type { Movements } from "./ledger-parts.ts";
import { typeKey, type TypeName } from "./job-types.ts";
import type { Parking, PendingOrder } from "./parking.ts";
import type { Revival } from "./revival.ts";

export interface DispatcherParts {
  readonly ledger: Ledger;
  readonly slots: Slots;
  readonly clock: Clock;
  readonly revival: Revival;
  readonly parking: Parking;
  /** Whether somebody hears what happens to jobs. */
  readonly isObserved: () => boolean;
  readonly limits: JobLimits;
}

/**
 * Decides what runs next: keeps every pending job in order, admits the first of them to the slots,
 * holds back those that nobody can revive or that are not due, and wakes those whose retry is due.
 */
export class Dispatcher implements Omit<Movements, "committed">, PendingOrder {
  readonly #ledger: Ledger;
  readonly #slots: Slots;
  readonly #clock: Clock;
  readonly #revival: Revival;
  readonly #parking: Parking;
  readonly #isObserved: () => boolean;
  /** Where nothing is limited, a job that nobody waits before may run without being admitted. */
  readonly #hasLimits: boolean;
  /** Those that wait, and the places of those that are admitted or run. */
  readonly #queue: LimitedQueue<JobId>;
  readonly #delayed: DelayedJobs;
  readonly #withoutType = new Map<string, Set<JobId>>();
  /** Those whose runs were turned away by others of their plugin. */
  readonly #heldBack = new HeldBack((ids) => this.#tryAgain(ids));
  readonly #retries: DelayedJobs;
  /** Several jobs are being entered; all of them stand in the queue before one is admitted. */
  #isEntering = false;
  #mode: "not begun" | "open" | "closed" = "not begun";

  constructor(parts: DispatcherParts) {
    const { clock, limits } = parts;
    this.#ledger = parts.ledger;
    this.#slots = parts.slots;
    this.#clock = clock;
    this.#revival = parts.revival;
    this.#parking = parts.parking;
    this.#isObserved = parts.isObserved;
    this.#hasLimits = hasLimits(limits);
    this.#queue = new LimitedQueue(limits);
    this.#delayed = new DelayedJobs(clock, (ids) => this.#start(ids));
    this.#retries = new DelayedJobs(clock, (ids) => this.#wake(ids));
    parts.parking.connect(this);
  }

  /** Admits nothing before this. */
  begin(): void {
    if (this.#mode === "not begun") this.#mode = "open";
    this.pump();
  }

  /** Puts a pending job into its place. REQUIRES: it stands nowhere yet. */
  enqueue(record: JobRecord): void {
    this.#enter(this.#mustWait(record) ? [] : [record]);
  }

  /** Whether it waits for its type or its time; it stands there then. */
  #mustWait(record: JobRecord): boolean {
    return this.#waitsForType(record) || this.#waitsForItsTime(record);
  }

  #waitsForItsTime(record: JobRecord): boolean {
    const { id, startAt, createdAt } = record;
    const now = this.#clock.now();
    if (startAt === null || startAt <= now) return false;
    // Nobody waits longer than was asked for: the clock may have been set back since.
    this.#delayed.add(id, Math.min(startAt, now + startAt - createdAt));
    this.#parking.placed(record, "delayed");
    this.#tellLane();
    return true;
  }

  #waitsForType(record: JobRecord): boolean {
    if (this.#ledger.canBegin(record)) return false;
    const waiting = this.#withoutType.get(typeKey(record)) ?? new Set();
    this.#withoutType.set(typeKey(record), waiting.add(record.id));
    return true;
  }

  /** All stand in the queue before any is admitted: the first in order is the first to run. */
  #enter(records: readonly JobRecord[]): void {
    if (records.length === 0) return;
    for (const record of records) this.#wait(record);
    for (const { id } of records) this.#recallFor(id);
    this.pump();
  }

  #wait(record: JobRecord): void {
    this.#queue.add(itemOf(record));
    this.#parking.placed(record, "waiting");
  }

  placeOf(record: JobRecord): Place | null {
    const { id } = record;
    if (this.#delayed.has(id)) return "delayed";
    if (this.#queue.has(id)) return "waiting";
    const isNowhere = this.#withoutType.get(typeKey(record))?.has(id) === true;
    return isNowhere || this.#heldBack.has(record) ? null : "admitted";
  }

  /**
   * Each pending job stands in exactly one place, and no other stands anywhere. For tests, between
   * two turns; O(n). @throws INTERNAL_PLACES
   */
  checkPlaces(): void {
    if (this.#mode !== "open") return;
    const inSlots = new Set(this.#slots.ids());
    for (const record of this.#ledger.table.records()) {
      const { id, state } = record;
      const places = [
        this.#queue.has(id),
        this.#delayed.has(id),
        this.#withoutType.get(typeKey(record))?.has(id) === true,
        this.#heldBack.has(record),
        state.kind === "pending" && inSlots.has(id),
      ].filter(Boolean).length;
      if (places === (state.kind === "pending" ? 1 : 0)) continue;
      throw new Error(`INTERNAL_PLACES: a ${state.kind} job stands in ${places} places: ${id}`);
    }
  }

  /** Delayed jobs are due, whatever the clock says. */
  #start(ids: readonly JobId[]): void {
    this.#enter(this.#recordsOf(ids).filter((record) => !this.#waitsForType(record)));
  }

  /** The jobs that waited for this type may start. */
  typeRegistered(type: TypeName): void {
    this.#parking.typeRegistered();
    const waiting = [...(this.#withoutType.get(typeKey(type)) ?? [])];
    this.#withoutType.delete(typeKey(type));
    for (const id of waiting) this.#ledger.giveAnotherTry(id);
    this.#enter(this.#recordsOf(waiting).filter((record) => !this.#mustWait(record)));
  }

  /**
   * An admitted job whose run did not begin gives its places back, and waits without any until then.
   * False: it is not pending any more, or was asked for something, and its run counts as begun.
   */
  holdBack(record: JobRecord, turn: Turn): boolean {
    const { id, state } = record;
    if (state.kind !== "pending") return false;
    this.#parking.left(id);
    this.#free(id);
    this.#heldBack.add(record, turn);
    this.pump();
    return true;
  }

  #tryAgain(ids: readonly JobId[]): void {
    this.#enter(this.#recordsOf(ids).filter((record) => !this.#mustWait(record)));
  }

  /** Takes a pending job out, or tells its run; `removed`: nothing of it runs or will run. */
  withdraw(record: JobRecord, request: "pause" | "cancel" | "recall"): "removed" | "begun" {
    if (this.#leave(record)) return "removed";
    if (this.#slots.request(record.id, request) === "begun") return "begun";
    this.#free(record.id);
    return "removed";
  }

  moved(before: JobRecord, after: JobRecord): void {
    const { id } = after;
    if (before.state.kind === "retrying") this.#retries.remove(id);
    if (after.state.kind === "running") this.#queue.begin(id);
    else if (before.state.kind === "running") this.#free(id);
    if (after.state.kind === "pending") this.enqueue(after);
    else if (before.state.kind === "pending") this.#leave(before);
    // Who was withdrawn may have held the place of another, which is admitted before a slot is free.
    if (isWithdrawn(before, after)) this.pump();
  }

  wakeAt(id: JobId, time: number): void {
    this.#retries.remove(id);
    if (this.#mode !== "closed") this.#retries.add(id, time);
  }

  #wake(ids: readonly JobId[]): void {
    this.#isEntering = true;
    try {
      for (const record of this.#recordsOf(ids)) {
        this.#ledger.apply(record, { kind: "due" }).committed.catch(ignore);
      }
    } finally {
      this.#isEntering = false;
    }
    this.pump();
  }

  /** A job that entered the slots without being admitted. */
  adopt(record: JobRecord): void {
    this.#slots.lane?.adopt(record.id);
    this.#parking.placed(record, "admitted");
  }

  /**
   * Admits what fits; a job of higher priority takes the place of the last one in a full list. Then
   * jobs may come by the lane only if that is as good as to be admitted here.
   */
  pump(): void {
    if (this.#isEntering) return;
    this.#admitAll();
    this.#tellLane();
  }

  #tellLane(): void {
    const isFree = this.#mode === "open" && !this.#hasLimits && this.#queue.head === null;
    this.#slots.lane?.open(isFree && !this.#isObserved(), this.#parking.room);
  }

  #admitAll(): void {
    while (this.#mode === "open") {
      const head = this.#queue.head;
      if (head === null) return;
      if (this.#slots.admitted < maxAdmitted || this.#recall(head)) this.#admit(head.id);
      else return;
    }
  }

  /** Admits and wakes nothing more. */
  close(): void {
    this.#mode = "closed";
    this.#parking.close();
    this.pump();
    this.#delayed.close();
    this.#retries.close();
  }

  #recall(head: Queued<JobId>): boolean {
    const last = this.#slots.last();
    if (last === null || !runsBefore(head, last)) return false;
    return this.takeBack(last.id);
  }

  /** An entry may hold the last place that a job of higher priority needs. */
  #recallFor(id: JobId): void {
    if (this.#mode !== "open") return;
    for (const other of this.#queue.toRecallFor(id)) if (!this.takeBack(other)) return;
  }

  takeBack(id: JobId): boolean {
    const record = this.#ledger.table.get(id);
    if (this.#slots.request(id, "recall") !== "removed") return false;
    const beside = this.#queue.free(id);
    if (record !== null) this.#wait(record);
    for (const next of beside) this.#recallFor(next);
    return true;
  }

  /** Gives the places of a job back. Whoever waited for one and another gets the other, too. */
  #free(id: JobId): void {
    for (const next of this.#queue.free(id)) this.#recallFor(next);
  }

  #admit(id: JobId): void {
    const record = this.#ledger.table.get(id);
    if (record !== null && this.#heldBack.join(record)) {
      this.#parking.left(id);
      this.#queue.remove(id);
      return;
    }
    this.#queue.admit(id);
    if (record?.state.kind !== "pending") return this.#free(id);
    this.#parking.placed(record, "admitted");
    this.#slots.admit(this.#order(record));
  }

  #order(record: JobRecord): RunOrder {
    return {
      id: record.id,
      priority: record.priority,
      sequence: record.sequence,
      record,
      payload: this.#ledger.payload(record.id),
      revive: () => this.#revival.revive(this.#ledger.table.get(record.id) ?? record),
      reset: record.resetDue,
      attemptsLeft: record.retry.maxAttempts - record.attempts - 1,
    };
  }

  #leave(record: JobRecord): boolean {
    const { id } = record;
    this.#parking.left(id);
    const isWaiting = this.#withoutType.get(typeKey(record))?.delete(id) === true;
    const isWithoutSlot = this.#heldBack.remove(record) || isWaiting;
    return this.#queue.remove(id) || this.#delayed.remove(id) || isWithoutSlot;
  }

  #recordsOf(ids: readonly JobId[]): readonly JobRecord[] {
    return ids.flatMap((id) => this.#ledger.table.get(id) ?? []);
  }
}

const isWithdrawn = (before: JobRecord, after: JobRecord): boolean =>
  before.state.kind === "pending" && after.state.kind !== "running";

/** What the queue knows of a job: not its state, which may be large. */
function itemOf({ id, priority, sequence, type, key }: JobRecord): Limited<JobId> {
  return { id, priority, sequence, type, key };
}

/** For changes nobody asked for: persistence complains of a refused write and tries again. */
function ignore(): void {}
