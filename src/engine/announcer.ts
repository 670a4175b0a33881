import { messageOf } from "../core/thrown.ts";
import type { EngineEvent, Observer } from "../ports/job-event.ts";

interface Waiting {
  readonly tell: () => void;
  isCommitted: boolean;
  /** Nobody waits for it any more. */
  isLate: boolean;
}

/** To be called when what has happened is committed. */
export interface Told {
  (): void;
  /** The store has refused it again and again: what happened after it is told before it. */
  late(): void;
}

/**
 * Tells events in the order they happened, each not before it is committed. One whose record the store
 * does not take holds up nobody for long; it is told when it is committed after all.
 */
export class Announcer {
  readonly #observers = new Set<Observer>();
  readonly #waiting: Waiting[] = [];
  #changed = (): void => {};
  /** The event that is being told, and those that were caused by telling it. */
  readonly #events: EngineEvent[] = [];

  /** `changed` is called whenever somebody begins or ends to observe. REQUIRES: called once. */
  connect(changed: () => void): void {
    this.#changed = changed;
  }

  observe(observer: Observer): Disposable {
    // A wrapper of its own, so that the same function can observe twice.
    const own: Observer = (event) => observer(event);
    this.#observers.add(own);
    this.#changed();
    return {
      [Symbol.dispose]: () => {
        this.#observers.delete(own);
        this.#changed();
      },
    };
  }

  get isObserved(): boolean {
    return this.#observers.size > 0;
  }

  /** Queues `tell`. It is called when the answer has been called and everything before is told. */
  queue(tell: () => void): Told {
    const entry: Waiting = { tell, isCommitted: false, isLate: false };
    this.#waiting.push(entry);
    const told = (): void => {
      entry.isCommitted = true;
      if (entry.isLate) tell();
      else this.#flush();
    };
    const late = (): void => {
      if (entry.isLate || entry.isCommitted) return;
      entry.isLate = true;
      this.#waiting.splice(this.#waiting.indexOf(entry), 1);
      this.#flush();
    };
    return Object.assign(told, { late });
  }

  /** Tells now if nothing is waiting, else in its turn. For what needs no commit. */
  tell(event: EngineEvent): void {
    if (this.#waiting.length === 0) this.publish(event);
    else this.queue(() => this.publish(event))();
  }

  /** Tells everybody. What an observer causes comes after it: all hear the same order. */
  publish(event: EngineEvent): void {
    this.#events.push(event);
    if (this.#events.length > 1) return;
    for (let next = this.#events[0]; next !== undefined; next = this.#events[0]) {
      for (const observer of this.#observers) this.#call(observer, next);
      this.#events.shift();
    }
  }

  /** An observer can neither break a transition nor hide its fault from the others. */
  #call(observer: Observer, event: EngineEvent): void {
    const fail = (error: unknown): void => this.#complain(observer, error);
    try {
      const answer: unknown = observer(event);
      if (answer instanceof Promise) answer.catch(fail);
    } catch (error) {
      fail(error);
    }
  }

  #complain(guilty: Observer, error: unknown): void {
    const text = `an observer threw: ${messageOf(error)}`;
    for (const observer of this.#observers) {
      if (observer === guilty) continue;
      try {
        observer({ kind: "logged", level: "error", text, plugin: "baton", id: null });
      } catch {
        // It has thrown at the event itself too, and was complained of for that.
      }
    }
  }

  #flush(): void {
    while (this.#waiting[0]?.isCommitted === true) this.#waiting.shift()?.tell();
  }
}
