/** How a stream stands. */
export type Connection =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  /** It broke off; the next attempt is at `retryAt`, epoch milliseconds. */
  | { readonly kind: "lost"; readonly retryAt: number }
  /** The host does not let the reader in; only the reader can change that. */
  | { readonly kind: "refused"; readonly why: string };

/** First wait after a lost connection and the longest; milliseconds. */
const firstWaitMs = 500;
const longestWaitMs = 8_000;

/** Nothing heard for so long, though the connection seems to stand: it is made again. Milliseconds. */
const connectTimeoutMs = 10_000;

export interface StreamHandlers {
  readonly onConnection: (connection: Connection) => void;
  /** Why the host refuses this stream for good, in its words; null: it does not, it is away. */
  readonly whyRefused: () => Promise<string | null>;
  /** By the name of the event; `data` is parsed. */
  readonly on: Readonly<Record<string, (data: unknown) => void>>;
}

/**
 * Server-sent events that come back. The browser's own retry is not used: it gives up on an answer
 * that is no stream (a host that is closing), and says nothing of when it tries again. So every
 * connection is a new one, and begins with everything.
 */
export class Stream {
  readonly #url: string;
  readonly #handlers: StreamHandlers;
  #source: EventSource | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #isClosed = false;

  constructor(url: string, handlers: StreamHandlers) {
    this.#url = url;
    this.#handlers = handlers;
    this.#connect();
  }

  /** Tries at once, if it waits to try. */
  retryNow(): void {
    if (this.#isClosed || this.#source !== null) return;
    clearTimeout(this.#timer);
    this.#connect();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  #connect(): void {
    this.#handlers.onConnection({ kind: "connecting" });
    const source = new EventSource(this.#url);
    this.#source = source;
    this.#timer = setTimeout(() => void this.#broken(source), connectTimeoutMs);
    source.addEventListener("open", () => {
      clearTimeout(this.#timer);
      this.#attempt = 0;
      this.#handlers.onConnection({ kind: "live" });
    });
    source.addEventListener("error", () => void this.#broken(source));
    for (const [name, hear] of Object.entries(this.#handlers.on)) {
      source.addEventListener(name, (event) =>
        hear(JSON.parse((event as MessageEvent<string>).data)),
      );
    }
  }

  /** The browser does not say what an answer was that is no stream: so it is asked for once more. */
  async #broken(source: EventSource): Promise<void> {
    if (this.#source !== source) return;
    source.close();
    this.#source = null;
    clearTimeout(this.#timer);
    this.#wait();
    const why = await this.#handlers.whyRefused();
    if (why === null || this.#source !== null || this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#handlers.onConnection({ kind: "refused", why });
  }

  #wait(): void {
    this.#attempt += 1;
    const wait = Math.min(longestWaitMs, firstWaitMs * 2 ** (this.#attempt - 1));
    const retryAt = Date.now() + wait;
    this.#handlers.onConnection({ kind: "lost", retryAt });
    this.#timer = setTimeout(() => this.#connect(), wait);
  }
}
