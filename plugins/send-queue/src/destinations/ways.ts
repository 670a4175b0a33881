import type { DestinationMeter } from "../metrics/destination-meter.ts";
import type { Item } from "../queue/item.ts";
import type { Sender, SenderFactory } from "./sender.ts";

/** A way that nobody uses is closed after so long, in milliseconds. */
const idleMs = 5_000;

export interface WaysParts {
  readonly senders: SenderFactory;
  readonly meter: Pick<DestinationMeter, "associations">;
  /** How many may rest beside those that are in use: many peers take no more than they were told of. */
  readonly mostResting: () => number;
}

/** The ways to a destination that stand. Those that nobody uses rest for a while, for whoever needs one next. */
export class Ways {
  readonly #parts: WaysParts;
  readonly #idle = new Map<Sender, NodeJS.Timeout>();

  constructor(parts: WaysParts) {
    this.#parts = parts;
  }

  /** The way for the next item; null: that needs another. */
  async keptAfter({ isAlone }: Item, sender: Sender): Promise<Sender | null> {
    if (!isAlone && sender.isUsable) return sender;
    await endWay(sender);
    return null;
  }

  /** The way at hand, one that rests, or a new one. @throws {DestinationFailed} */
  async senderFor(item: Item, present: Sender | null, left: readonly Item[]): Promise<Sender> {
    if (!item.isAlone && present?.carries(item) === true && present.isUsable) return present;
    if (present !== null) this.rest(present);
    if (item.isAlone) return this.#open([item]);
    for (const [resting, timer] of this.#idle) {
      if (!resting.isUsable || !resting.carries(item)) continue;
      clearTimeout(timer);
      this.#idle.delete(resting);
      return resting;
    }
    return this.#open(left);
  }

  /** What rests counts, too: many peers take no more than they were told of. @throws {DestinationFailed} */
  async #open(items: readonly Item[]): Promise<Sender> {
    await this.closeIdle(this.#parts.mostResting());
    const since = performance.now();
    const sender = await this.#parts.senders.open(items);
    this.#parts.meter.associations.observe((performance.now() - since) / 1_000);
    return sender;
  }

  /** Until no more than `most` of the ways that nobody uses are left. */
  async closeIdle(most: number): Promise<void> {
    for (const [resting, timer] of this.#idle) {
      if (this.#idle.size <= most) return;
      clearTimeout(timer);
      this.#idle.delete(resting);
      await endWay(resting);
    }
  }

  /** Keeps a way for whoever needs it next, for a while. */
  rest(sender: Sender): void {
    if (!sender.isUsable) {
      void endWay(sender);
      return;
    }
    const timer = setTimeout(() => {
      this.#idle.delete(sender);
      void endWay(sender);
    }, idleMs);
    this.#idle.set(sender, timer.unref());
  }
}

/** Ends a way, if not in peace then at once: whatever was wrong with it is over. Never throws. */
const endWay = (sender: Sender): Promise<void> => sender.close().catch(() => sender.abort());
