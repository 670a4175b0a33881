/**
 * Who steps beside whom: any number at once, but one that must be alone waits until the others have
 * left, and keeps newcomers out meanwhile. Who is refused waits without a slot, outside.
 */
export class Company {
  #inside = 0;
  #isAloneInside = false;
  /** Somebody was refused who must be alone. */
  #isAloneWanted = false;
  /** Resolves for all who were refused, in that order, when the last one has left. */
  #emptied = Promise.withResolvers<void>();

  /** Null: it is inside, and `leave` must follow. Otherwise resolves when it is worth another try. */
  enter(isAlone: boolean): Promise<void> | null {
    const isKeptOut = this.#inside > 0 && (isAlone || this.#isAloneInside || this.#isAloneWanted);
    if (isKeptOut) {
      this.#isAloneWanted ||= isAlone;
      return this.#emptied.promise;
    }
    this.#inside += 1;
    this.#isAloneInside = isAlone;
    return null;
  }

  leave(): void {
    this.#inside -= 1;
    if (this.#inside > 0) return;
    this.#isAloneInside = false;
    this.#isAloneWanted = false;
    this.#emptied.resolve();
    this.#emptied = Promise.withResolvers();
  }
}
