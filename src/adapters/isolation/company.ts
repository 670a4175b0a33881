interface Waiting {
  readonly isAlone: boolean;
  readonly enter: () => void;
}

/**
 * Who steps beside whom: any number at once, but one that must be alone waits until the others have
 * left and keeps them out meanwhile. First come, first served.
 */
export class Company {
  readonly #waiting: Waiting[] = [];
  #inside = 0;
  #isAloneInside = false;

  /** Resolves when it may begin; `leave` must follow. */
  enter(isAlone: boolean): Promise<void> {
    return new Promise((enter) => {
      this.#waiting.push({ isAlone, enter });
      this.#admit();
    });
  }

  leave(): void {
    this.#inside -= 1;
    if (this.#inside === 0) this.#isAloneInside = false;
    this.#admit();
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#isAloneInside || (next.isAlone && this.#inside > 0)) return;
      this.#waiting.shift();
      this.#inside += 1;
      this.#isAloneInside = next.isAlone;
      next.enter();
    }
  }
}
