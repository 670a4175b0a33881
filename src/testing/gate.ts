/** Holds whoever comes to it until the test opens it, and says when somebody has come. */
export class Gate {
  readonly #reached = Promise.withResolvers<void>();
  readonly #opened = Promise.withResolvers<void>();

  /** Resolves when somebody stands before the gate. */
  get reached(): Promise<void> {
    return this.#reached.promise;
  }

  /** Lets everybody through, from now on. */
  open(): void {
    this.#opened.resolve();
  }

  /** Waits at the gate. */
  pass(): Promise<void> {
    this.#reached.resolve();
    return this.#opened.promise;
  }

  /** What waits at the gate and then answers: a step that the test can hold. */
  before<T>(answer: T): () => Promise<T> {
    return async () => {
      await this.pass();
      return answer;
    };
  }
}
