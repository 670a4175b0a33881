import type { JobLimits } from "./job-limits.ts";
import { Groups, type Line } from "./groups.ts";
import { PendingQueue, runsBefore } from "./pending-queue.ts";
import { Places, type Limited } from "./places.ts";

/**
 * The jobs that wait for a slot, where no more than so many of a type or of a key may run at a time.
 * Its head is the first that may: one whose type or key has no place left keeps nobody behind it
 * waiting. Jobs that are not told apart by a limit share a group, so O(log n) holds in the number of
 * jobs, times that of the limited types when a key gets room, and of the admitted when any gets one.
 */
export class LimitedQueue<Id> {
  readonly #places: Places<Id>;
  /** Null: there are no limits, and all wait in one line. */
  readonly #types: TypeGroups<Id> | null;
  /** Those that wait, if there are limits. */
  readonly #items = new Map<Id, Limited<Id>>();
  /** The same if there are none. It knows them itself: there may be a million. */
  readonly #plain = new PendingQueue<Id, Limited<Id>>();

  constructor(limits: JobLimits) {
    this.#places = new Places(limits);
    const names = [limits.perType, limits.perKey].flatMap((some) => Object.keys(some));
    this.#types = names.length === 0 ? null : groupsOf(this.#places);
  }

  get size(): number {
    return this.#plain.size + this.#items.size;
  }

  /** Whether the job waits. */
  has(id: Id): boolean {
    return this.#plain.has(id) || this.#items.has(id);
  }

  /** The job that is admitted next; null: none waits that may run. */
  get head(): Limited<Id> | null {
    return this.#types === null ? this.#plain.head : this.#types.head;
  }

  /** REQUIRES: no job of the same id waits or holds a place. */
  add(item: Limited<Id>): void {
    if (this.#types === null) return this.#plain.add(item);
    this.#items.set(item.id, item);
    this.#types.add(item);
  }

  /** Takes a waiting job out, from anywhere. False: it does not wait. */
  remove(id: Id): boolean {
    return this.#take(id) !== null;
  }

  #take(id: Id): Limited<Id> | null {
    if (this.#types === null) return this.#plain.remove(id);
    const item = this.#items.get(id);
    if (item === undefined) return null;
    this.#items.delete(id);
    this.#types.remove(item);
    return item;
  }

  /** Takes out a job that may run; from now on it holds its places. REQUIRES: it is the head. */
  admit(id: Id): void {
    const item = this.#take(id);
    if (item === null) throw new Error("INTERNAL_ADMITTED_WITHOUT_WAITING");
    if (this.#types === null) return;
    this.#places.take(item);
    this.#refresh(item);
  }

  /** The run of an admitted job has begun: it cannot be recalled any more. */
  begin(id: Id): void {
    this.#places.begin(id);
  }

  /**
   * An admitted job gives its places back: its run is over, or was never begun. Answers, in order, the
   * jobs that waited for one of them and can now have the other one recalled.
   */
  free(id: Id): readonly Id[] {
    const item = this.#places.free(id);
    if (item === null) return [];
    this.#refresh(item);
    return this.#waitingBeside(item);
  }

  /** The admitted jobs to recall so that this one may run; empty: none have to be, or it cannot. */
  toRecallFor(id: Id): readonly Id[] {
    const item = this.#types === null ? undefined : this.#items.get(id);
    return item === undefined ? [] : (this.#places.inTheWayOf(item) ?? []);
  }

  /** Whoever waits for a place of this type and one of a key, or the other way around. */
  #waitingBeside({ type, key }: Limited<Id>): readonly Id[] {
    const first = new Map<Id, Limited<Id>>();
    for (const holder of this.#places.recallable()) {
      for (const head of [this.#headOf(type, holder.key), this.#headOf(holder.type, key)]) {
        if (head !== null && this.toRecallFor(head.id).length > 0) first.set(head.id, head);
      }
    }
    const inOrder = [...first.values()].toSorted((a, b) => (runsBefore(a, b) ? -1 : 1));
    return inOrder.map((item) => item.id);
  }

  /** The first that waits of this type and this key. */
  #headOf(type: string, key: string | null): Limited<Id> | null {
    const keys = this.#types?.line(this.#places.isTypeLimited(type) ? type : null);
    return keys?.line(this.#places.isKeyLimited(key) ? key : null)?.head ?? null;
  }

  #refresh({ type, key }: Limited<Id>): void {
    if (this.#places.isKeyLimited(key)) {
      for (const [name, keys] of this.#types?.lines() ?? []) {
        keys.refresh(key);
        this.#types?.refresh(name);
      }
    }
    if (this.#places.isTypeLimited(type)) this.#types?.refresh(type);
  }
}

/** Groups of types; in each of them groups of keys. */
type TypeGroups<Id> = Groups<Limited<Id>, Groups<Limited<Id>, Line<Limited<Id>>>>;

function groupsOf<Id>(places: Places<Id>): TypeGroups<Id> {
  return new Groups({
    nameOf: ({ type }) => (places.isTypeLimited(type) ? type : null),
    isOpen: (type) => type === null || places.hasTypeRoom(type),
    newLine: () =>
      new Groups<Limited<Id>, Line<Limited<Id>>>({
        nameOf: ({ key }) => (places.isKeyLimited(key) ? key : null),
        isOpen: (key) => key === null || places.hasKeyRoom(key),
        newLine: () => new Plain<Id>(),
      }),
  });
}

/** The line of those whom no limit tells apart. */
class Plain<Id> implements Line<Limited<Id>> {
  readonly #queue = new PendingQueue<Id, Limited<Id>>();

  get size(): number {
    return this.#queue.size;
  }

  get head(): Limited<Id> | null {
    return this.#queue.head;
  }

  add(item: Limited<Id>): void {
    this.#queue.add(item);
  }

  remove(item: Limited<Id>): void {
    this.#queue.remove(item.id);
  }
}
