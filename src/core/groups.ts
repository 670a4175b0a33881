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
export type GroupName = string | null;

interface Group<Item, L extends Line<Item>> {
  readonly line: L;
  /** What stands for it among the heads; null: nothing. */
  shown: Item | null;
}

interface Head<Item> extends Queued<GroupName> {
  readonly item: Item;
}

export interface GroupsParts<Item, L extends Line<Item>> {
  readonly nameOf: (item: Item) => GroupName;
  /** Whether the head of a group may run. Whoever changes the answer calls `refresh`. */
  readonly isOpen: (name: GroupName) => boolean;
  readonly newLine: () => L;
}

/**
 * Lines side by side. The head of all is the first among the heads of those that are open, so that
 * one that is not holds nobody up behind it. All costs O(log n).
 */
export class Groups<Item extends Queued<unknown>, L extends Line<Item>> implements Line<Item> {
  readonly #parts: GroupsParts<Item, L>;
  readonly #groups = new Map<GroupName, Group<Item, L>>();
  readonly #heads = new PendingQueue<GroupName, Head<Item>>();
  #size = 0;

  constructor(parts: GroupsParts<Item, L>) {
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
    const group = this.#groups.get(name) ?? { line: this.#parts.newLine(), shown: null };
    this.#groups.set(name, group);
    group.line.add(item);
    this.#size += 1;
    this.refresh(name);
  }

  remove(item: Item): void {
    const name = this.#parts.nameOf(item);
    this.#groups.get(name)?.line.remove(item);
    this.#size -= 1;
    this.refresh(name);
  }

  /** The group has another head, or may have been opened or shut. */
  refresh(name: GroupName): void {
    const group = this.#groups.get(name);
    if (group === undefined) return;
    const head = this.#parts.isOpen(name) ? group.line.head : null;
    if (head !== group.shown) {
      if (group.shown !== null) this.#heads.remove(name);
      group.shown = head;
      if (head !== null) {
        this.#heads.add({ id: name, priority: head.priority, sequence: head.sequence, item: head });
      }
    }
    if (group.line.size === 0) this.#groups.delete(name);
  }

  /** Null: nobody waits in it. */
  line(name: GroupName): L | null {
    return this.#groups.get(name)?.line ?? null;
  }

  /** The lines that are not empty. */
  *lines(): Generator<readonly [name: GroupName, line: L]> {
    for (const [name, { line }] of this.#groups) yield [name, line];
  }
}
