import { setTimeout as sleep } from "node:timers/promises";
import { HostRefusal, type Client } from "./client.ts";
import type { HostEvent } from "./event-lines.ts";
import { follow } from "./follow.ts";

export interface ChangesOptions {
  /** What of the events is about what somebody looks at. */
  readonly isMine: (event: HostEvent) => boolean;
  /** It is not said more often; so often it is, if the host tells nobody of changes. Milliseconds. */
  readonly everyMs: number;
}

/** Says when what somebody looks at may have changed. */
export class Changes implements AsyncDisposable {
  readonly #options: ChangesOptions;
  readonly #end = new AbortController();
  readonly #listening: Promise<void>;
  #isDue = false;
  /** The host has no streams: everything may have changed at any time. */
  #isDeaf = false;
  #error: unknown = null;
  #saidAt = Number.NEGATIVE_INFINITY;
  #wake: (() => void) | null = null;

  constructor(client: Client, path: string, options: ChangesOptions) {
    this.#options = options;
    this.#listening = this.#listen(client, path);
  }

  /**
   * Resolves when something may have changed since the call before; the first time once nothing that
   * changes from then on is missed. @throws {CommandError} as follow
   */
  async next(): Promise<void> {
    const waitMs = this.#saidAt + this.#options.everyMs - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    while (!this.#isDue && this.#error === null) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
    if (this.#error !== null) throw this.#error;
    this.#isDue = this.#isDeaf;
    this.#saidAt = performance.now();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#listening;
  }

  async #listen(client: Client, path: string): Promise<void> {
    try {
      for await (const event of follow(client, path, this.#end.signal)) {
        const isMine = event.event === "connected" || this.#options.isMine(event as HostEvent);
        if (isMine) this.#note();
      }
      this.#isDeaf = true;
    } catch (error) {
      // Of a host without streams; whether there is what is looked at, whoever looks will hear.
      if (error instanceof HostRefusal && error.status === 404) this.#isDeaf = true;
      else this.#error = error;
    }
    this.#note();
  }

  #note(): void {
    this.#isDue = true;
    this.#wake?.();
    this.#wake = null;
  }
}
