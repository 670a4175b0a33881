import { JobEngineError } from "../core/errors.ts";
import type { JobRecord } from "../core/job-record.ts";
import type { CallScope } from "../ports/call-scope.ts";
import type { Room } from "../ports/room.ts";

/** How long a submit waits for room. */
export interface Patience {
  /** Whoever aborts it waits no longer; null: nobody will. */
  readonly signal: AbortSignal | null;
  /** Not at all. */
  readonly noWait: boolean;
}

/**
 * Lets in as many pending jobs as there is room for. Submits wait their turn, but never where only
 * their end could make room: in a callback, or before anything runs. All else that makes a job
 * pending is let in and counted.
 */
export class WaitingRoom {
  readonly #room: Room;
  readonly #scope: CallScope;
  /** Those who wait: how to send them away. */
  readonly #waiting = new Set<(why: unknown) => void>();
  #mode: "not begun" | "open" | "closed" = "not begun";

  constructor(room: Room, scope: CallScope) {
    this.#room = room;
    this.#scope = scope;
  }

  /** From now on jobs run, so that waiting makes sense. */
  begin(): void {
    if (this.#mode === "not begun") this.#mode = "open";
  }

  /** Those who wait hear CLOSING. */
  close(): void {
    this.#mode = "closed";
    for (const sendAway of this.#waiting) sendAway(new JobEngineError("CLOSING"));
  }

  /**
   * Takes room for a submit of `count` jobs. Null: it is taken; otherwise it is when the promise
   * resolves.
   * @throws {JobEngineError} QUEUE_FULL. The promise rejects with CLOSING, or `signal.reason`
   */
  enter({ signal, noWait }: Patience, count: number = 1): Promise<void> | null {
    if (this.#room.take(count)) return null;
    const why = noWait ? "the submit was not to wait" : this.#whyNotToWait(count);
    if (why !== null) throw new JobEngineError("QUEUE_FULL", why);
    return this.#wait(count, signal);
  }

  /** A submit that had room failed. */
  leave(count: number = 1): void {
    this.#room.give(count);
  }

  /** So many jobs were found pending in the store. */
  found(count: number): void {
    if (count > 0) this.#room.give(-count);
  }

  moved({ state: before }: JobRecord, { state: after, plugin }: JobRecord): void {
    if ((before.kind === "pending") === (after.kind === "pending")) return;
    if (after.kind === "pending") this.#room.give(-1);
    else if (after.kind === "running") this.#room.begun(plugin);
    else this.#room.give(1);
  }

  #whyNotToWait(count: number): string | null {
    const { limit } = this.#room;
    if (limit !== 0 && count > limit) return `${count} jobs at once, and only ${limit} may wait`;
    if (this.#scope.inside() !== null)
      return "a callback or a route's handler cannot wait for room";
    if (this.#mode === "not begun") return "nothing runs before all plugins have started";
    return null;
  }

  async #wait(count: number, signal: AbortSignal | null): Promise<void> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = this.#room.wait(count, resolve);
    // Whose turn it is already is not sent away any more.
    const sendAway = (why: unknown): void => void (leave() && reject(why));
    const abort = (): void => sendAway(signal?.reason);
    this.#waiting.add(sendAway);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      await promise;
    } finally {
      this.#waiting.delete(sendAway);
      signal?.removeEventListener("abort", abort);
    }
  }
}
