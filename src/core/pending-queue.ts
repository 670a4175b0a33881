/** What the queue orders by: higher priority first, then lower sequence. */
export interface Queued<Id> {
  readonly id: Id;
  readonly priority: number;
  readonly sequence: number;
}

/** Whether `a` runs before `b`. */
export function runsBefore(a: Queued<unknown>, b: Queued<unknown>): boolean {
  return a.priority === b.priority ? a.sequence < b.sequence : a.priority > b.priority;
}

/**
 * The jobs that wait for a slot, in the order they will get one. A binary heap in which what was
 * removed from the middle stays until its turn, or until it is most of the heap: adding, taking and
 * removing cost O(log n) at any length, and nobody keeps account of who stands where.
 */
export class PendingQueue<Id, Item extends Queued<Id> = Queued<Id>> {
  #heap: Item[] = [];
  /** Those in the heap that count. */
  readonly #items = new Map<Id, Item>();

  get size(): number {
    return this.#items.size;
  }

  /** The item that runs next; null: none waits. */
  get head(): Item | null {
    for (let head = this.#heap[0]; head !== undefined; head = this.#heap[0]) {
      if (this.#counts(head)) return head;
      this.#drop();
    }
    return null;
  }

  has(id: Id): boolean {
    return this.#items.has(id);
  }

  /** REQUIRES: no item of the same id is in the queue. */
  add(item: Item): void {
    this.#items.set(item.id, item);
    this.#heap.push(item);
    this.#rise(this.#heap.length - 1, item);
  }

  /** Takes the item that runs next; null: none waits. */
  take(): Item | null {
    const { head } = this;
    return head === null ? null : this.remove(head.id);
  }

  /** Takes an item out from anywhere; null: it is not in the queue. */
  remove(id: Id): Item | null {
    const item = this.#items.get(id);
    if (item === undefined) return null;
    this.#items.delete(id);
    if (this.#heap[0] === item) this.#drop();
    else if (this.#heap.length > 2 * this.#items.size + fewEnough) this.#rebuild();
    return item;
  }

  /** The items in no particular order. */
  items(): IterableIterator<Item> {
    return this.#items.values();
  }

  #counts(item: Item): boolean {
    return this.#items.get(item.id) === item;
  }

  /** Takes the first one out of the heap, whether it counts or not. */
  #drop(): void {
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) this.#sink(last);
  }

  #rebuild(): void {
    // In order is a heap, too.
    this.#heap = [...this.#items.values()].toSorted((a, b) => (runsBefore(a, b) ? -1 : 1));
  }

  #rise(from: number, item: Item): void {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || !runsBefore(item, parent)) break;
      this.#heap[place] = parent;
      place = above;
    }
    this.#heap[place] = item;
  }

  /** Puts an item into the first place, and from there where it belongs. */
  #sink(item: Item): void {
    let place = 0;
    for (;;) {
      const child = this.#earlierChild(place);
      const below = this.#heap[child];
      if (below === undefined || !runsBefore(below, item)) break;
      this.#heap[place] = below;
      place = child;
    }
    this.#heap[place] = item;
  }

  #earlierChild(place: number): number {
    const left = 2 * place + 1;
    const [a, b] = [this.#heap[left], this.#heap[left + 1]];
    return a !== undefined && b !== undefined && runsBefore(b, a) ? left + 1 : left;
  }
}

/** So many removed ones are not worth a rebuilding. */
const fewEnough = 64;
