import type { LogLine } from "./log-book.ts";
import type { State } from "./life.ts";

/** What can be listened to. Listeners react; what they return or throw changes nothing. */
export interface ProgressListeners {
  /** A request to cancel was accepted; comes once. */
  readonly cancel: (reason: unknown) => void;
  /** It has entered `state`. */
  readonly state: (state: State, previous: State) => void;
  /** More is done than was told last; at most 25 times a second, and before the end once more. */
  readonly done: (done: number, previous: number) => void;
  /** The total is another one than was told last (null: unknown); as often as `done`. */
  readonly total: (total: number | null, previous: number | null) => void;
  /** A line was logged here or below. */
  readonly log: (line: LogLine) => void;
}

export type ProgressEvent = keyof ProgressListeners;

/** Called with whatever a listener threw, or its promise was rejected with. */
type Complain = (event: ProgressEvent, thrown: unknown) => void;

/** Listeners may make the next thing happen, but not each other without end. */
const longestChain = 100;

interface Registration {
  readonly event: ProgressEvent;
  readonly listener: (...values: never[]) => unknown;
  isDisposed: boolean;
  hasComplained: boolean;
}

/**
 * The listeners of one node. Everybody hears everything in the order in which it happened, also when
 * a listener makes the next thing happen; nobody hears of another's exception.
 */
export class Emitter {
  readonly #complain: Complain;
  #registrations: Registration[] = [];
  readonly #queue: { readonly action: () => void; readonly chain: number }[] = [];
  /** How many things one after the other were made to happen by listeners of the one before. */
  #chain = 0;
  #isDraining = false;
  #isClosed = false;

  constructor(complain: Complain) {
    this.#complain = complain;
  }

  on<E extends ProgressEvent>(event: E, listener: ProgressListeners[E]): Disposable {
    const one: Registration = { event, listener, isDisposed: false, hasComplained: false };
    if (!this.#isClosed) this.#registrations = [...this.#registrations, one];
    return {
      [Symbol.dispose]: () => {
        one.isDisposed = true;
        this.#registrations = this.#registrations.filter((other) => other !== one);
      },
    };
  }

  /** Calls one listener of an event that is over. */
  replay<E extends ProgressEvent>(
    event: E,
    listener: ProgressListeners[E],
    ...values: Parameters<ProgressListeners[E]>
  ): void {
    const one: Registration = { event, listener, isDisposed: false, hasComplained: false };
    this.afterwards(() => this.#call(one, values));
  }

  isHeard(event: ProgressEvent): boolean {
    return this.#registrations.some((one) => one.event === event);
  }

  /** Calls the listeners after everything that was emitted before. */
  emit<E extends ProgressEvent>(event: E, ...values: Parameters<ProgressListeners[E]>): void {
    if (this.#registrations.length === 0) return;
    if (this.#chain >= longestChain) {
      const text = `listeners of "${event}" make each other be called without end`;
      this.#complain(event, new Error(text));
      return;
    }
    this.afterwards(() => {
      for (const one of this.#registrations) {
        if (one.event === event && !one.isDisposed) this.#call(one, values);
      }
    });
  }

  /** Does it when all that was emitted before was heard; at once, unless a listener is being called. */
  afterwards(action: () => void): void {
    this.#queue.push({ action, chain: this.#chain + 1 });
    if (this.#isDraining) return;
    this.#isDraining = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
        this.#chain = next.chain;
        next.action();
      }
    } finally {
      this.#isDraining = false;
      this.#chain = 0;
    }
  }

  /** Nobody is called any more, and nothing is held for them. */
  close(): void {
    for (const one of this.#registrations) one.isDisposed = true;
    this.#registrations = [];
    this.#isClosed = true;
  }

  #call(one: Registration, values: readonly unknown[]): void {
    try {
      const answer = one.listener(...(values as never[]));
      // A listener may be an async function; nobody else would look at its promise.
      if (answer instanceof Promise) answer.catch((error: unknown) => this.#note(one, error));
    } catch (error) {
      this.#note(one, error);
    }
  }

  #note(one: Registration, thrown: unknown): void {
    if (one.hasComplained) return;
    one.hasComplained = true;
    this.#complain(one.event, thrown);
  }
}
