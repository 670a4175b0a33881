import type { Property } from "../../../ports/properties.ts";

type Answered = (properties: readonly Property[] | null) => void;

/** What the store thread was asked and has not answered yet. */
export class Questions {
  readonly #waiting = new Map<number, Answered>();
  #last = 0;

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /** Null: they cannot be read, or the thread has died. */
  ask(send: (number: number) => void): Promise<readonly Property[] | null> {
    const number = (this.#last += 1);
    const { promise, resolve } = Promise.withResolvers<readonly Property[] | null>();
    this.#waiting.set(number, resolve);
    send(number);
    return promise;
  }

  answered(number: number, properties: readonly Property[] | null): void {
    this.#waiting.get(number)?.(properties);
    this.#waiting.delete(number);
  }

  died(): void {
    for (const number of this.#waiting.keys()) this.answered(number, null);
  }
}
