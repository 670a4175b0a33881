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
 * The jobs that wait for a slot, in the order they will get one. A binary heap that knows where
 * each id stands, so that adding, taking and removing cost O(log n) at any length.
 */
export class PendingQueue<Id, Item extends Queued<Id> = Queued<Id>> {
  readonly #heap: Item[] = [];
  readonly #places = new Map<Id, number>();

  get size(): number {
    return this.#heap.length;
  }

  /** The item that runs next; null: none waits. */
  get head(): Item | null {
    return this.#heap[0] ?? null;
  }

  has(id: Id): boolean {
    return this.#places.has(id);
  }

  /** REQUIRES: no item of the same id is in the queue. */
  add(item: Item): void {
    this.#heap.push(item);
    this.#rise(this.#heap.length - 1, item);
  }

  /** Takes the item that runs next; null: none waits. */
  take(): Item | null {
    const head = this.#heap[0];
    return head === undefined ? null : this.remove(head.id);
  }

  /** Takes an item out from anywhere; null: it is not in the queue. */
  remove(id: Id): Item | null {
    const place = this.#places.get(id);
    const removed = place === undefined ? undefined : this.#heap[place];
    const last = this.#heap.pop();
    if (place === undefined || removed === undefined || last === undefined) {
      if (last !== undefined) this.#heap.push(last);
      return null;
    }
    this.#places.delete(id);
    if (last !== removed) {
      this.#sink(place, last);
      this.#rise(this.#places.get(last.id) ?? place, last);
    }
    return removed;
  }

  /** The items in no particular order. */
  *items(): IterableIterator<Item> {
    yield* this.#heap;
  }

  #put(place: number, item: Item): void {
    this.#heap[place] = item;
    this.#places.set(item.id, place);
  }

  #rise(from: number, item: Item): void {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || !runsBefore(item, parent)) break;
      this.#put(place, parent);
      place = above;
    }
    this.#put(place, item);
  }

  #sink(from: number, item: Item): void {
    let place = from;
    for (;;) {
      const child = this.#earlierChild(place);
      const below = this.#heap[child];
      if (below === undefined || !runsBefore(below, item)) break;
      this.#put(place, below);
      place = child;
    }
    this.#put(place, item);
  }

  #earlierChild(place: number): number {
    const left = 2 * place + 1;
    const [a, b] = [this.#heap[left], this.#heap[left + 1]];
    return a !== undefined && b !== undefined && runsBefore(b, a) ? left + 1 : left;
  }
}
