/** Whoever a measure belongs to. */
export interface MeasureOwner {
  /** This measure, which has no parent, has something to announce: `flush` it soon. */
  wake(): void;
  /** Something of this measure is new. */
  announce(): void;
}

/** `whole`: all is done, whatever the numbers say. `frozen`: it stays where it stopped. */
type End = "open" | "whole" | "frozen";

/** The largest fraction that is not the whole. */
const almostOne = 1 - Number.EPSILON / 2;

/**
 * How much of something is done: a leaf counts, a sum weighs its parts. Fractions are real numbers
 * from 0 to 1 that never go down. Reporting only marks the way up to the first measure that is marked
 * already; what it amounts to is computed when somebody looks.
 */
export class Measure {
  readonly #owner: MeasureOwner;
  /** Null: a leaf. */
  readonly #parts: Measure[] | null;
  #parent: Measure | null = null;
  #weight = 1;
  #done = 0;
  #total: number | null;
  #end: End = "open";
  /** What was shown at the last look; nobody ever sees less. */
  #shown = 0;
  // Whoever is marked has a marked parent, so marking may stop at the first mark.
  #isStale = false;
  #isUnannounced = false;

  private constructor(owner: MeasureOwner, total: number | null, parts: Measure[] | null) {
    this.#owner = owner;
    this.#total = total;
    this.#parts = parts;
  }

  /** `total` null: not known. */
  static leaf(owner: MeasureOwner, total: number | null): Measure {
    return new Measure(owner, total, null);
  }

  static sum(owner: MeasureOwner): Measure {
    return new Measure(owner, 0, []);
  }

  get parent(): Measure | null {
    return this.#parent;
  }

  /** Its share of its parent; 1 if it has none. */
  get weight(): number {
    return this.#weight;
  }

  get total(): number | null {
    return this.#total;
  }

  /** Of a sum in whole units, because its own total is one. */
  get done(): number {
    if (this.#parts === null || this.#end === "whole") return this.#done;
    // 0.29 of 100 are 29 units, whatever binary fractions make of it.
    return Math.floor(this.fraction * (this.#total ?? 0) + 1e-9);
  }

  /** From 0 to 1; exactly 1 only if all is done. 0 as long as a total is unknown. */
  get fraction(): number {
    if (this.#isStale) {
      this.#isStale = false;
      this.#shown = Math.max(this.#shown, this.#compute());
    }
    return this.#shown;
  }

  /** Counts up to `done`, which lies above what was done before and not above the total. */
  count(done: number): void {
    this.#done = done;
    if (!this.#isStale || !this.#isUnannounced) Measure.#mark(this, true);
  }

  /** Sets another total of a leaf. What was shown stays, until more than that is done. */
  resize(total: number | null): void {
    // Looking first keeps what could be seen so far, whether or not anybody looked.
    void this.fraction;
    this.#total = total;
    if (total !== null) this.#done = Math.min(this.#done, total);
    Measure.#mark(this, true);
  }

  /** Adds a part to a sum; `units`: what it adds to the total. */
  add(part: Measure, weight: number, units: number): void {
    void this.fraction;
    part.#parent = this;
    part.#weight = weight;
    this.#parts?.push(part);
    this.#total = (this.#total ?? 0) + units;
    // A part of which nothing is done makes the fraction smaller, and what is shown stays.
    Measure.#mark(this, part.fraction > 0);
  }

  /** All is done: `done` becomes the total, and an unknown total what was done. */
  complete(): void {
    this.#total ??= this.#done;
    this.#done = this.#total;
    this.#close("whole");
  }

  /** It stays where it is. */
  freeze(): void {
    void this.fraction;
    this.#close("frozen");
  }

  /** Has everything announced that is new here and below, parts first. */
  flush(): void {
    if (!this.#isUnannounced) return;
    this.#isUnannounced = false;
    for (const part of this.#parts ?? []) part.flush();
    this.#owner.announce();
  }

  /** Something else of it is new than numbers. */
  touch(): void {
    Measure.#mark(this, false);
  }

  #close(end: End): void {
    this.#end = end;
    Measure.#mark(this, true);
  }

  /** `mayGrow`: the fraction may be larger than it was. */
  static #mark(from: Measure, mayGrow: boolean): void {
    let top = from;
    for (let at: Measure | null = from; at !== null; at = at.#parent) {
      if (at.#isUnannounced && (at.#isStale || !mayGrow)) return;
      at.#isStale ||= mayGrow;
      at.#isUnannounced = true;
      top = at;
    }
    top.#owner.wake();
  }

  #compute(): number {
    if (this.#end === "whole") return 1;
    if (this.#end === "frozen") return this.#shown;
    if (this.#parts !== null) return weigh(this.#parts);
    return this.#total === null || this.#total === 0 ? 0 : this.#done / this.#total;
  }
}

/** The weighted mean. */
function weigh(parts: readonly Measure[]): number {
  const [shares, weights] = [new Sum(), new Sum()];
  let isWhole = parts.length > 0;
  for (const part of parts) {
    const { fraction, weight } = part;
    shares.add(fraction * weight);
    weights.add(weight);
    isWhole &&= fraction === 1;
  }
  if (isWhole) return 1;
  return parts.length === 0 ? 0 : Math.min(shares.value / weights.value, almostOne);
}

/** Adds up positive numbers and carries along what rounding loses (Neumaier's way). */
class Sum {
  #sum = 0;
  #lost = 0;

  add(term: number): void {
    const next = this.#sum + term;
    this.#lost += this.#sum >= term ? this.#sum - next + term : term - next + this.#sum;
    this.#sum = next;
  }

  get value(): number {
    return this.#sum + this.#lost;
  }
}
