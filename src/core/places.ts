import { LimitTable, type JobLimits } from "./job-limits.ts";
import { runsBefore, type Queued } from "./pending-queue.ts";

/** What limits are about. */
export interface Limited<Id> extends Queued<Id> {
  readonly type: string;
  readonly key: string | null;
}

/** The places of one type or one key. */
interface Tally<Id> {
  readonly limit: number;
  taken: number;
  /** Those who hold a place and have not begun: they can be asked to give it back. */
  readonly recallable: Map<Id, Limited<Id>>;
}

/**
 * Who holds a place of a type or a key that has only so many. A job takes its places when it is
 * admitted and holds them until its run is over, or until it is taken out again.
 */
export class Places<Id> {
  readonly #limits: LimitTable;
  readonly #types = new Map<string, Tally<Id>>();
  readonly #keys = new Map<string, Tally<Id>>();
  readonly #holders = new Map<Id, Limited<Id>>();

  constructor(limits: JobLimits) {
    this.#limits = new LimitTable(limits);
  }

  isTypeLimited(type: string): boolean {
    return this.#limits.ofType(type) !== null;
  }

  isKeyLimited(key: string | null): key is string {
    return key !== null && this.#limits.ofKey(key) !== null;
  }

  hasTypeRoom(type: string): boolean {
    const tally = this.#types.get(type);
    return tally === undefined || tally.taken < tally.limit;
  }

  hasKeyRoom(key: string): boolean {
    const tally = this.#keys.get(key);
    return tally === undefined || tally.taken < tally.limit;
  }

  /** REQUIRES: there is room, and the job holds no place. */
  take(item: Limited<Id>): void {
    this.#open(this.#types, item.type, this.#limits.ofType(item.type));
    if (item.key !== null) this.#open(this.#keys, item.key, this.#limits.ofKey(item.key));
    const tallies = this.#talliesOf(item);
    if (tallies.length > 0) this.#holders.set(item.id, item);
    for (const tally of tallies) {
      tally.taken += 1;
      tally.recallable.set(item.id, item);
    }
  }

  /** Its run has begun: it keeps its places to the end. */
  begin(id: Id): void {
    const item = this.#holders.get(id);
    if (item === undefined) return;
    for (const tally of this.#talliesOf(item)) tally.recallable.delete(id);
  }

  /** Gives its places back; answers who it was. Null: it held none. */
  free(id: Id): Limited<Id> | null {
    const item = this.#holders.get(id);
    if (item === undefined) return null;
    this.#holders.delete(id);
    for (const tally of this.#talliesOf(item)) {
      tally.recallable.delete(id);
      tally.taken -= 1;
    }
    // Keys come and go: nothing is kept of those that nobody uses.
    if (item.key !== null && this.#keys.get(item.key)?.taken === 0) this.#keys.delete(item.key);
    return item;
  }

  /**
   * Whose places a job needs that finds no room: for each full type or key the last of those who
   * have not begun and would run after it. Null: they would not make room for it.
   */
  inTheWayOf(item: Limited<Id>): readonly Id[] | null {
    const wanted = new Set<Id>();
    for (const tally of this.#talliesOf(item)) {
      if (tally.taken < tally.limit) continue;
      const last = lastOf(tally.recallable.values());
      if (last === null || !runsBefore(item, last)) return null;
      wanted.add(last.id);
    }
    return [...wanted];
  }

  /** Those who have not begun. Never many: they stand in the ready list. */
  recallable(): readonly Limited<Id>[] {
    return [...this.#holders.values()].filter((item) =>
      this.#talliesOf(item).some(({ recallable }) => recallable.has(item.id)),
    );
  }

  /** Those that are open: of a name of which nobody holds a place there may be none. */
  #talliesOf({ type, key }: Limited<Id>): readonly Tally<Id>[] {
    const tallies = [this.#types.get(type), key === null ? undefined : this.#keys.get(key)];
    return tallies.filter((tally) => tally !== undefined);
  }

  #open(tallies: Map<string, Tally<Id>>, name: string, limit: number | null): void {
    if (limit === null || tallies.has(name)) return;
    tallies.set(name, { limit, taken: 0, recallable: new Map() });
  }
}

function lastOf<Id>(items: Iterable<Limited<Id>>): Limited<Id> | null {
  let last: Limited<Id> | null = null;
  for (const item of items) if (last === null || runsBefore(last, item)) last = item;
  return last;
}
