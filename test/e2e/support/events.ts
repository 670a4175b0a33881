import type { EngineEvent, Observer } from "../../../src/index.ts";

/** Remembers every event of a host, so that none can be missed by waiting too late. */
export class Events {
  readonly seen: EngineEvent[] = [];
  readonly #waiting = new Set<() => void>();

  readonly observer: Observer = (event) => {
    this.seen.push(event);
    for (const look of this.#waiting) look();
  };

  /** Resolves with the first event, past or to come, for which `isIt` holds. */
  first(isIt: (event: EngineEvent) => boolean): Promise<EngineEvent> {
    const { promise, resolve } = Promise.withResolvers<EngineEvent>();
    const look = (): void => {
      const event = this.seen.find((one) => isIt(one));
      if (event === undefined) return;
      this.#waiting.delete(look);
      resolve(event);
    };
    this.#waiting.add(look);
    look();
    return promise;
  }

  /** Resolves when the job is, or has been, in this state. */
  async reached(id: string, state: string): Promise<void> {
    await this.first((event) =>
      state === "pending" && event.kind === "submitted"
        ? event.job.id === id
        : event.kind === "changed" && event.job.id === id && event.job.state === state,
    );
  }
}
