import { maxAdmitted } from "../core/limits.ts";
import type { JobId } from "../core/job-id.ts";
import type { JobRecord } from "../core/job-record.ts";
import { PendingQueue, runsBefore, type Queued } from "../core/pending-queue.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { RunOrder } from "../ports/runner.ts";
import type { Slots } from "../ports/slots.ts";
import type { Ledger, Movements } from "./ledger.ts";
import { typeKey, type TypeName } from "./job-types.ts";
import type { Revival } from "./revival.ts";

export interface DispatcherParts {
  readonly ledger: Ledger;
  readonly slots: Slots;
  readonly clock: Clock;
  readonly revival: Revival;
  /** Whether somebody hears what happens to jobs. */
  readonly isObserved: () => boolean;
}

/**
 * Decides what runs next: keeps every pending job in order, admits the first of them to the slots,
 * holds back those that nobody can revive, and wakes those whose retry is due.
 */
export class Dispatcher implements Movements {
  readonly #ledger: Ledger;
  readonly #slots: Slots;
  readonly #clock: Clock;
  readonly #revival: Revival;
  readonly #isObserved: () => boolean;
  #isLaneOpen = false;
  readonly #queue = new PendingQueue<JobId>();
  readonly #withoutType = new Map<string, Set<JobId>>();
  readonly #alarms = new Map<JobId, Timer>();
  #mode: "not begun" | "open" | "closed" = "not begun";

  constructor({ ledger, slots, clock, revival, isObserved }: DispatcherParts) {
    this.#ledger = ledger;
    this.#slots = slots;
    this.#clock = clock;
    this.#revival = revival;
    this.#isObserved = isObserved;
  }

  /** Admits nothing before this. */
  begin(): void {
    if (this.#mode === "not begun") this.#mode = "open";
    this.pump();
  }

  /** Puts a pending job into its place. REQUIRES: it stands nowhere yet. */
  enqueue(record: JobRecord): void {
    const { id, priority, sequence } = record;
    if (!this.#ledger.canBegin(record)) {
      const waiting = this.#withoutType.get(typeKey(record)) ?? new Set();
      this.#withoutType.set(typeKey(record), waiting.add(id));
      return;
    }
    this.#queue.add({ id, priority, sequence });
    this.pump();
  }

  /** The jobs that waited for this type may start. */
  typeRegistered(type: TypeName): void {
    const waiting = this.#withoutType.get(typeKey(type)) ?? [];
    this.#withoutType.delete(typeKey(type));
    for (const id of waiting) {
      this.#ledger.giveAnotherTry(id);
      const record = this.#ledger.table.get(id);
      if (record !== null) this.enqueue(record);
    }
  }

  /** Takes a pending job out, or tells its run; `removed`: nothing of it runs or will run. */
  withdraw(record: JobRecord, request: "pause" | "cancel" | "recall"): "removed" | "begun" {
    if (this.#leave(record)) return "removed";
    return this.#slots.request(record.id, request) === "begun" ? "begun" : "removed";
  }

  moved(before: JobRecord, after: JobRecord): void {
    if (before.state.kind === "retrying") this.#disarm(after.id);
    if (after.state.kind === "pending") this.enqueue(after);
    else if (before.state.kind === "pending") this.#leave(before);
  }

  wakeAt(id: JobId, time: number): void {
    this.#disarm(id);
    if (this.#mode === "closed") return;
    const alarm = this.#clock.at(time, () => {
      this.#alarms.delete(id);
      const record = this.#ledger.table.get(id);
      if (record !== null) this.#ledger.apply(record, { kind: "due" }).committed.catch(ignore);
    });
    this.#alarms.set(id, alarm);
  }

  /** A job that entered the slots without being admitted. */
  adopt(record: JobRecord): void {
    this.#slots.lane?.adopt(this.#order(record));
  }

  /**
   * Admits what fits; a job of higher priority takes the place of the last one in a full list. Then
   * jobs may come by the lane only if that is as good as to be admitted here.
   */
  pump(): void {
    this.#admitAll();
    this.#openLane(this.#mode === "open" && this.#queue.head === null && !this.#isObserved());
  }

  #openLane(isOpen: boolean): void {
    if (isOpen === this.#isLaneOpen) return;
    this.#isLaneOpen = isOpen;
    this.#slots.lane?.open(isOpen);
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
    this.pump();
    for (const alarm of this.#alarms.values()) alarm.cancel();
    this.#alarms.clear();
  }

  #recall(head: Queued<JobId>): boolean {
    const last = this.#slots.last();
    if (last === null || !runsBefore(head, last)) return false;
    if (this.#slots.request(last.id, "recall") !== "removed") return false;
    this.#queue.add({ id: last.id, priority: last.priority, sequence: last.sequence });
    return true;
  }

  #admit(id: JobId): void {
    this.#queue.remove(id);
    const record = this.#ledger.table.get(id);
    if (record?.state.kind === "pending") this.#slots.admit(this.#order(record));
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
    const isWaiting = this.#withoutType.get(typeKey(record))?.delete(record.id) === true;
    return this.#queue.remove(record.id) !== null || isWaiting;
  }

  #disarm(id: JobId): void {
    this.#alarms.get(id)?.cancel();
    this.#alarms.delete(id);
  }
}

/** For changes nobody asked for: persistence complains of a refused write and tries again. */
function ignore(): void {}
