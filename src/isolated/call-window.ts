import { JobEngineError } from "../core/errors.ts";

/** Somebody whose turn has not come. */
interface Turn {
  begin(): void;
  refuse(why: Error): void;
}

/**
 * No more than so many calls under way at once, in their order: who asks without waiting for answers
 * fills memory of its own, not the host's.
 */
export class CallWindow {
  readonly #most: number;
  readonly #line = new Set<Turn>();
  #underWay = 0;
  /** Whoever waits until nothing is under way; null: it was not closed. */
  #closing: PromiseWithResolvers<void> | null = null;

  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Calls when it is its turn, at once if it can be. Rejects as the call does; with an AbortError if
   * `signal` is aborted before, with CLOSING if the window is closed before.
   */
  async pass<T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#underWay < this.#most) this.#underWay += 1;
    else await this.#turn(signal);
    try {
      return await call();
    } finally {
      this.#next();
    }
  }

  /**
   * Nobody waits for a turn any more. Resolves when nothing is under way. What can begin at once still
   * passes: the host at the other end says that it is closing.
   */
  close(): Promise<void> {
    this.#closing ??= Promise.withResolvers<void>();
    const line = [...this.#line];
    this.#line.clear();
    for (const turn of line) turn.refuse(new JobEngineError("CLOSING"));
    if (this.#underWay === 0) this.#closing.resolve();
    return this.#closing.promise;
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    if (this.#closing !== null) return Promise.reject(new JobEngineError("CLOSING"));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abort = (): void => {
      this.#line.delete(turn);
      reject(new DOMException("it was given up before its turn", "AbortError"));
    };
    const leave = (): void => signal?.removeEventListener("abort", abort);
    const turn: Turn = {
      begin() {
        leave();
        resolve();
      },
      refuse(why) {
        leave();
        reject(why);
      },
    };
    this.#line.add(turn);
    signal?.addEventListener("abort", abort, { once: true });
    return promise;
  }

  /** Whoever is next takes over. */
  #next(): void {
    const [turn] = this.#line;
    if (turn !== undefined) {
      this.#line.delete(turn);
      turn.begin();
      return;
    }
    this.#underWay -= 1;
    if (this.#underWay === 0) this.#closing?.resolve();
  }
}
