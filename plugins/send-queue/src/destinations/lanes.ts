/** So many associations at a time, over all destinations. */
export class Lanes {
  #free: number;
  /** Those that want one as soon as there is one; who came first, first. */
  readonly #wanting = new Set<() => boolean>();

  constructor(count: number) {
    this.#free = count;
  }

  get free(): number {
    return this.#free;
  }

  /** Takes as many as there are, at most `wanted`; give each back. */
  take(wanted: number): number {
    const taken = Math.max(0, Math.min(wanted, this.#free));
    this.#free -= taken;
    return taken;
  }

  /** `use` is called once, when one is free; false: it has no use for it, and the next is called. */
  want(use: () => boolean): void {
    this.#wanting.add(use);
  }

  giveBack(): void {
    this.#free += 1;
    this.passOn();
  }

  /** One that is free may be of use to others: whoever it was offered to has not taken it. */
  passOn(): void {
    if (this.#free === 0) return;
    for (const use of this.#wanting) {
      this.#wanting.delete(use);
      if (use()) return;
    }
  }
}
