import type { Place } from "../queue/item.ts";
import type { Queue } from "../queue/queue.ts";
import { Followers } from "./followers.ts";
import type { Lanes } from "./lanes.ts";
import { Turns } from "./turns.ts";

/** Of what is settled one by one, those that are behind it hear so often; milliseconds. */
const settledMs = 1_000;

export interface LineParts {
  readonly queue: Queue;
  /** Of all destinations together. */
  readonly lanes: Lanes;
  /** All that came earlier goes before. */
  readonly isStrict: boolean;
  /** How many ways somebody may take now. */
  readonly free: () => number;
}

/** The requests that sleep until they may go on to a destination, and what wakes them. */
export class Line {
  /** Who sleeps until there is a way. */
  readonly turns: Turns;
  /** How often something was settled that somebody may have been behind. */
  settlings = 0;
  readonly #parts: LineParts;
  /** Who sleeps until something of others is settled. */
  readonly #followers: Followers;
  #timer: NodeJS.Timeout | null = null;

  constructor(parts: LineParts) {
    this.#parts = parts;
    this.turns = new Turns(parts.free);
    this.turns.onUnused = () => parts.lanes.passOn();
    this.#followers = new Followers(parts.isStrict);
  }

  /** It is about to sleep. `isBehind`: what others have to send goes before it. */
  join(place: Place, isBehind: boolean): void {
    if (isBehind) this.#followers.join(place);
    else this.turns.join(place);
  }

  /** It has come, or will not. */
  leave(request: string): void {
    this.turns.leave(request);
    this.#followers.leave(request);
  }

  /** Those that sleep. */
  places(): readonly Place[] {
    return [...this.turns.places(), ...this.#followers.places()];
  }

  /** Somebody needs its way no more: whoever may have it now is called. */
  callNext(): void {
    const { lanes } = this.#parts;
    if (lanes.free === 0 && !this.turns.isEmpty) lanes.want(this.#useLane);
    if (!this.turns.callNext()) lanes.passOn();
  }

  /** Something was settled, or taken back: whoever was behind it looks again. */
  settledSome(): void {
    this.#disarm();
    this.settlings += 1;
    for (const place of this.#followers.release()) void this.turns.onCall(place);
  }

  /** The same of one instance of many: a step may go on for long after it. */
  settledOne(): void {
    this.#timer ??= setTimeout(() => this.settledSome(), settledMs).unref();
  }

  /** How many others are to have a way before a request. @throws {QueueFailed} */
  async before(request: string): Promise<number> {
    if (this.turns.isEmpty) return 0;
    const place = await this.#parts.queue.call("place", { request });
    return place === null ? 0 : this.turns.before(place);
  }

  /** Nobody is woken any more. */
  close(): void {
    this.#disarm();
    this.turns.close();
  }

  #disarm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  readonly #useLane = (): boolean => this.turns.callNext();
}
