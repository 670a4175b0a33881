import type { Place } from "../queue/item.ts";

/** The requests that sleep until something of others, which goes before, is settled. */
export class Followers {
  readonly #isStrict: boolean;
  readonly #places = new Map<string, Place>();

  /** `isStrict`: what goes before is all that came earlier. */
  constructor(isStrict: boolean) {
    this.#isStrict = isStrict;
  }

  join(place: Place): void {
    this.#places.set(place.request, place);
  }

  leave(request: string): void {
    this.#places.delete(request);
  }

  /** Those that sleep. */
  places(): readonly Place[] {
    return [...this.#places.values()];
  }

  /** Something was settled: those that may see more of it than before, and that follow no longer. */
  release(): readonly Place[] {
    const all = [...this.#places.values()].toSorted(byFirst);
    const released = this.#isStrict ? all.slice(0, 1) : all;
    for (const { request } of released) this.leave(request);
    return released;
  }
}

/** Not by when the requests came: what comes later may enter one that is old. */
const byFirst = (one: Place, other: Place): number =>
  (one.first ?? Infinity) - (other.first ?? Infinity);
