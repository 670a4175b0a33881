import type { JobId } from "./job-id.ts";
import type { JobRecord } from "./job-record.ts";
import { PendingQueue } from "./pending-queue.ts";

/**
 * Where a pending job stands: not due yet, in the queue, or chosen to be given a slot. In this order
 * they start last.
 */
export type Place = (typeof places)[number];

const places = ["delayed", "waiting", "admitted"] as const;

/** Pending jobs that have payloads which can be made again; the one that starts last goes first. */
export class ParkingLines {
  readonly #lines: Readonly<Record<Place, PendingQueue<JobId>>> = {
    delayed: new PendingQueue(),
    waiting: new PendingQueue(),
    admitted: new PendingQueue(),
  };

  get size(): number {
    return places.reduce((sum, place) => sum + this.#lines[place].size, 0);
  }

  /** The one to be parked next; null: there is none. */
  get next(): { readonly id: JobId; readonly place: Place } | null {
    for (const place of places) {
      const { head } = this.#lines[place];
      if (head !== null) return { id: head.id, place };
    }
    return null;
  }

  /** The job stands there now, wherever it stood before. */
  put({ id, priority, sequence, startAt }: JobRecord, place: Place): void {
    this.remove(id);
    // The other way round than they start.
    const last = place === "delayed" ? (startAt ?? 0) : -priority;
    this.#lines[place].add({ id, priority: last, sequence: -sequence });
  }

  remove(id: JobId): void {
    for (const place of places) this.#lines[place].remove(id);
  }
}
