import type { EngineEvent, Observer } from "../ports/job-event.ts";

interface Waiting {
  readonly tell: () => void;
  isCommitted: boolean;
}

/** Tells events in the order they happened, each not before it is committed. */
export class Announcer {
  readonly #observers = new Set<Observer>();
  readonly #waiting: Waiting[] = [];

  observe(observer: Observer): Disposable {
    // A wrapper of its own, so that the same function can observe twice.
    const own: Observer = (event) => observer(event);
    this.#observers.add(own);
    return { [Symbol.dispose]: () => void this.#observers.delete(own) };
  }

  get isObserved(): boolean {
    return this.#observers.size > 0;
  }

  /** Queues `tell`. It is called when the answer has been called and everything before is told. */
  queue(tell: () => void): () => void {
    const entry: Waiting = { tell, isCommitted: false };
    this.#waiting.push(entry);
    return () => {
      entry.isCommitted = true;
      this.#flush();
    };
  }

  /** Tells now if nothing is waiting, else in its turn. For what needs no commit. */
  tell(event: EngineEvent): void {
    if (this.#waiting.length === 0) this.publish(event);
    else this.queue(() => this.publish(event))();
  }

  publish(event: EngineEvent): void {
    for (const observer of this.#observers) {
      try {
        observer(event);
      } catch (error) {
        // An observer can neither break a transition nor hide its fault from the others.
        this.#complain(observer, error);
      }
    }
  }

  #complain(guilty: Observer, error: unknown): void {
    const text = `an observer threw: ${error instanceof Error ? error.message : String(error)}`;
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
