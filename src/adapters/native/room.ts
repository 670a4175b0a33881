import type { NativeCore } from "../../native/binding.ts";
import type { Room } from "../../ports/room.ts";
import type { NativeInbox } from "./inbox.ts";

export interface NativeRoomParts {
  readonly core: Pick<NativeCore, "requestRoom" | "withdrawRoom" | "giveRoom">;
  readonly inbox: Pick<NativeInbox, "hear">;
  /** How many jobs may wait; 0: no bound, and the core is not asked. */
  readonly limit: number;
  /** Whether a plugin's jobs are stepped by native threads. */
  readonly isNative: (plugin: string) => boolean;
}

/**
 * The bound on waiting jobs as the native core keeps it: one line for its own threads and for
 * JavaScript. When a native run begins, the core itself gives the room back.
 */
export class NativeRoom implements Room {
  readonly #parts: NativeRoomParts;
  /** Who waits, and for how much. */
  readonly #waiting = new Map<number, { readonly count: number; readonly given: () => void }>();
  #tickets = 0;
  /** What is given back with the next call of the core, at the latest at the end of this turn. */
  #toGive = 0;
  #isScheduled = false;
  #isClosed = false;

  constructor(parts: NativeRoomParts) {
    this.#parts = parts;
    parts.inbox.hear({ "room-given": ({ ticket }) => this.#given(ticket) });
  }

  get limit(): number {
    return this.#parts.limit;
  }

  take(count: number): boolean {
    const { core, limit } = this.#parts;
    if (limit === 0) return true;
    const ticket = this.#nextTicket();
    // Not withdrawn: another thread has made room in between, and it was given to this one.
    return this.#isClosed || core.requestRoom(ticket, count) || !core.withdrawRoom(ticket);
  }

  wait(count: number, given: () => void): () => boolean {
    const ticket = this.#nextTicket();
    this.#waiting.set(ticket, { count, given });
    if (this.#isClosed || this.#parts.core.requestRoom(ticket, count)) this.#given(ticket);
    return () => this.#leave(ticket);
  }

  give(count: number): void {
    if (this.#parts.limit === 0) return;
    this.#toGive += count;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#flush();
    });
  }

  begun(plugin: string): void {
    if (!this.#parts.isNative(plugin)) this.give(1);
  }

  /** The core is about to be destroyed: nobody counts any more, and whoever submits hears CLOSING. */
  close(): void {
    this.#isClosed = true;
  }

  #nextTicket(): number {
    this.#flush();
    this.#tickets += 1;
    return this.#tickets;
  }

  #given(ticket: number): void {
    const waiting = this.#waiting.get(ticket);
    this.#waiting.delete(ticket);
    waiting?.given();
  }

  #leave(ticket: number): boolean {
    const waiting = this.#waiting.get(ticket);
    if (waiting === undefined) return false;
    this.#waiting.delete(ticket);
    // It was given, and is not told yet: nobody wants it any more.
    if (!this.#isClosed && !this.#parts.core.withdrawRoom(ticket)) this.give(waiting.count);
    return true;
  }

  #flush(): void {
    const count = this.#toGive;
    this.#toGive = 0;
    if (count !== 0 && !this.#isClosed) this.#parts.core.giveRoom(count);
  }
}
