import { PendingQueue, type Queued } from "./pending-queue.ts";

/** Something that waits in order. */
export interface Line<Item> {
  readonly size: number;
  /** The item that runs next; null: there is none that may. */
  readonly head: Item | null;
  add(item: Item): void;
  /** REQUIRES: the item is in it. */
  remove(item: Item): void;
}

/** Which of several lines an item waits in; null: that of all which are not told apart. */
export type LaneName = string | null;

interface Lane<Item, L extends Line<Item>> {
  readonly line: L;
  /** What stands for it among the heads; null: nothing. */
  shown: Item | null;
}

interface Head<Item> extends Queued<LaneName> {
  readonly item: Item;
}

export interface LanesParts<Item, L extends Line<Item>> {
  readonly nameOf: (item: Item) => LaneName;
  /** Whether the head of a lane may run. Whoever changes the answer calls `refresh`. */
  readonly isOpen: (name: LaneName) => boolean;
  readonly newLine: () => L;
}

/**
 * Lines side by side. The head of all is the first among the heads of those that are open, so that
 * one that is not holds nobody up behind it. All costs O(log n).
 */
export class Lanes<Item extends Queued<unknown>, L extends Line<Item>> implements Line<Item> {
  readonly #parts: LanesParts<Item, L>;
  readonly #lanes = new Map<LaneName, Lane<Item, L>>();
  readonly #heads = new PendingQueue<LaneName, Head<Item>>();
  #size = 0;

  constructor(parts: LanesParts<Item, L>) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#size;
  }

  get head(): Item | null {
    return this.#heads.head?.item ?? null;
  }

  add(item: Item): void {
    const name = this.#parts.nameOf(item);
    const lane = this.#lanes.get(name) ?? { line: this.#parts.newLine(), shown: null };
    this.#lanes.set(name, lane);
    lane.line.add(item);
    this.#size += 1;
    this.refresh(name);
  }

  remove(item: Item): void {
    const name = this.#parts.nameOf(item);
    this.#lanes.get(name)?.line.remove(item);
    this.#size -= 1;
    this.refresh(name);
  }

  /** The lane has another head, or may have been opened or shut. */
  refresh(name: LaneName): void {
    const lane = this.#lanes.get(name);
    if (lane === undefined) return;
    const head = this.#parts.isOpen(name) ? lane.line.head : null;
    if (head !== lane.shown) {
      if (lane.shown !== null) this.#heads.remove(name);
      lane.shown = head;
      if (head !== null) {
        this.#heads.add({ id: name, priority: head.priority, sequence: head.sequence, item: head });
      }
    }
    if (lane.line.size === 0) this.#lanes.delete(name);
  }

  /** The lines that are not empty. */
  *lines(): Generator<readonly [name: LaneName, line: L]> {
    for (const [name, { line }] of this.#lanes) yield [name, line];
  }
}
