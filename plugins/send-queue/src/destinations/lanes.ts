/** So many associations at a time, over all destinations. */
export class Lanes {
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  /** Takes as many as there are, at most `wanted`; give each back. */
  take(wanted: number): number {
    const taken = Math.max(0, Math.min(wanted, this.#free));
    this.#free -= taken;
    return taken;
  }

  giveBack(): void {
    this.#free += 1;
  }
}
