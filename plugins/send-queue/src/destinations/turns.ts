import type { Place } from "../queue/item.ts";

/** Whoever was called and has not come after so long is waited for no longer, in milliseconds. */
const comeMs = 5_000;

/** Wakes whoever has this place. False: there is nobody to be woken. Never throws. */
export type Call = (place: Place) => Promise<boolean>;

interface Waiting {
  readonly place: Place;
  /** Of who was called: when it is waited for no longer. */
  timer: NodeJS.Timeout | null;
}

/**
 * The requests that sleep until there is a way to their destination, in the order in which they are to have
 * it: who has the higher priority, then who came first. As many of the first are called as ways are free;
 * nobody who comes unasked overtakes them.
 */
export class Turns {
  /** How many ways somebody may take now. */
  readonly #free: () => number;
  #waiting: Waiting[] = [];
  onCall: Call = () => Promise.resolve(false);
  /** Whoever was called has not come, and nobody else has a use for its way. */
  onUnused: () => void = () => {};

  constructor(free: () => number) {
    this.#free = free;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Those that wait, in their order. */
  places(): readonly Place[] {
    return this.#waiting.map(({ place }) => place);
  }

  /** It is about to sleep; it stands where it stood before. */
  join(place: Place): void {
    this.leave(place.request);
    this.#waiting.splice(this.before(place), 0, { place, timer: null });
  }

  /** It has come, or will not. */
  leave(request: string): void {
    const at = this.#waiting.findIndex(({ place }) => place.request === request);
    const [gone] = at === -1 ? [] : this.#waiting.splice(at, 1);
    if (gone?.timer != null) clearTimeout(gone.timer);
  }

  /** How many are to have a way before it. */
  before(place: Place): number {
    const at = this.#waiting.findIndex(({ place: other }) => !goesBefore(other, place));
    return at === -1 ? this.#waiting.length : at;
  }

  /** Something has changed: whoever may have a way now is called, once. False: nobody may, or there is none. */
  callNext(): boolean {
    const next = this.#waiting.slice(0, Math.max(0, this.#free()));
    for (const one of next) if (one.timer === null) this.#call(one);
    return next.length > 0;
  }

  /** Nobody is called any more. */
  close(): void {
    for (const { timer } of this.#waiting) if (timer !== null) clearTimeout(timer);
    this.#waiting = [];
  }

  #call(one: Waiting): void {
    one.timer = setTimeout(() => this.#pass(one), comeMs).unref();
    void this.onCall(one.place).then((isWoken) => {
      if (!isWoken) this.#pass(one);
    });
  }

  /** Its turn is the next one's. When it comes after all it stands where it stood. */
  #pass(one: Waiting): void {
    if (!this.#waiting.includes(one)) return;
    this.leave(one.place.request);
    if (!this.callNext()) this.onUnused();
  }
}

const goesBefore = (one: Place, other: Place): boolean =>
  one.priority === other.priority ? one.number < other.number : one.priority > other.priority;
