/** Does what has to be done by and by, one round after the other. */
export class Caretaker {
  readonly #tasks: readonly Task[];
  readonly #onTrouble: (error: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  #round: Promise<void> | null = null;

  /** `onTrouble`: hears of a task that failed; it is tried again in the next round. */
  constructor(tasks: readonly Task[], onTrouble: (error: unknown) => void, everyMs = 1_000) {
    this.#tasks = tasks;
    this.#onTrouble = onTrouble;
    this.#timer = setInterval(() => {
      // A round that takes longer than it may is not met by another.
      this.#round ??= this.#care().finally(() => (this.#round = null));
    }, everyMs).unref();
  }

  /** Resolves when nothing is being done any more. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#round;
  }

  async #care(): Promise<void> {
    for (const task of this.#tasks) {
      try {
        await task(Date.now());
      } catch (error) {
        this.#onTrouble(error);
      }
    }
  }
}

/** `now`: epoch milliseconds. */
export type Task = (now: number) => Promise<void>;
