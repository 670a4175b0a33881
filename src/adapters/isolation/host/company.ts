import type { Turn } from "../../../ports/runner.ts";

/**
 * Who steps beside whom: any number at once, but one that must be alone waits until the others have
 * left, and keeps newcomers out meanwhile. Who is refused waits without a slot, outside.
 */
export class Company {
  #inside = 0;
  #isAloneInside = false;
  #outside = new Outside();

  /** Null: it is inside, and `leave` must follow. */
  enter(isAlone: boolean): Turn | null {
    const mustWait = isAlone || this.#isAloneInside || this.#outside.alone > 0;
    if (this.#inside > 0 && mustWait) return this.#refuse(isAlone);
    this.#inside += 1;
    this.#isAloneInside = isAlone;
    return null;
  }

  leave(): void {
    this.#inside -= 1;
    if (this.#inside > 0) return;
    this.#isAloneInside = false;
    this.#callIn();
  }

  #refuse(isAlone: boolean): Turn {
    const outside = this.#outside;
    if (isAlone) outside.alone += 1;
    const giveUp = (): void => {
      if (isAlone) outside.alone -= 1;
      // Who was kept out for its sake may come in, if it is not too late for that.
      if (isAlone && outside === this.#outside && outside.alone === 0) this.#callIn();
    };
    return { come: outside.come.promise, giveUp };
  }

  #callIn(): void {
    const outside = this.#outside;
    this.#outside = new Outside();
    outside.come.resolve();
  }
}

/** Those who were refused since somebody was called in; they are called in the order they came. */
class Outside {
  readonly come = Promise.withResolvers<void>();
  /** How many of them must be alone. */
  alone = 0;
}
