import { setTimeout as sleep } from "node:timers/promises";
import { CommandError, HostRefusal, type Client } from "./client.ts";
import { eventsOf, type HostEvent } from "./event-lines.ts";

/** First wait after a connection that was lost, and the longest; milliseconds. */
const firstWaitMs = 500;
const longestWaitMs = 8_000;

/** The host says something every 15 s; one that says nothing for so long is gone. Milliseconds. */
const silenceMs = 40_000;

/** What comes of a stream: it is there (again), or an event of it. */
export type Followed = { readonly event: "connected" } | HostEvent;

/**
 * The events of a stream, over as many connections as it takes: where one has ended the next goes on.
 * Says on the standard error when it is lost and when it is there again. Ends at once, without an
 * event, if the host has no such streams: then it is to be asked now and then. `signal`, or leaving the
 * loop, ends it.
 * @throws {CommandError} the host lets nobody in, or knows nothing of what is followed; or nobody was
 * there at the beginning
 */
export async function* follow(
  client: Client,
  path: string,
  signal: AbortSignal = new AbortController().signal,
): AsyncGenerator<Followed, void> {
  const following = new Following(client, path, signal);
  while (!signal.aborted) {
    const attempt = new Attempt(signal);
    try {
      yield* following.events(attempt);
    } catch (error) {
      const why = following.whyToEnd(error, attempt);
      if (why === "no streams") return;
      if (why !== null) throw why;
    } finally {
      attempt.end();
    }
    if (following.hasNone) return;
    await following.wait();
  }
}

/** What is left of one connection for the next. */
class Following {
  readonly #client: Client;
  readonly #path: string;
  readonly #signal: AbortSignal;
  #lastId: string | null = null;
  #waitMs = firstWaitMs;
  #wasThere = false;
  #isLost = false;
  #hasNone = false;

  constructor(client: Client, path: string, signal: AbortSignal) {
    this.#client = client;
    this.#path = path;
    this.#signal = signal;
  }

  /** What answers there has no streams. */
  get hasNone(): boolean {
    return this.#hasNone;
  }

  /** Those of one connection. */
  async *events(attempt: Attempt): AsyncGenerator<Followed, void> {
    const body = await this.#client.stream(this.#path, this.#lastId, attempt.signal);
    this.#hasNone = body === null;
    if (body === null) return;
    if (this.#isLost) process.stderr.write("The connection is there again.\n");
    [this.#waitMs, this.#wasThere, this.#isLost] = [firstWaitMs, true, false];
    yield { event: "connected" };
    for await (const event of eventsOf(body)) {
      attempt.alive();
      this.#lastId = event?.id ?? this.#lastId;
      if (event !== null) yield event;
    }
  }

  /** Null: it is worth trying again. */
  whyToEnd(error: unknown, attempt: Attempt): CommandError | "no streams" | null {
    if (attempt.isSilent || this.#signal.aborted) return null;
    if (error instanceof HostRefusal) {
      this.#waitMs = Math.max(this.#waitMs, error.retryAfterMs);
      return ofRefusal(error);
    }
    // What never was there is not lost.
    return error instanceof CommandError && !this.#wasThere ? error : null;
  }

  /** Until the next attempt. */
  async wait(): Promise<void> {
    if (this.#signal.aborted) return;
    if (!this.#isLost) {
      process.stderr.write("The connection to the host is lost; it is tried again.\n");
    }
    this.#isLost = true;
    await sleep(this.#waitMs, null, { signal: this.#signal }).catch(() => undefined);
    this.#waitMs = Math.min(longestWaitMs, this.#waitMs * 2);
  }
}

function ofRefusal(error: HostRefusal): CommandError | "no streams" | null {
  if (error.status === 501 || error.status === 405) return "no streams";
  return error.status === 429 || error.status === 503 ? null : error;
}

/** One connection, given up when nothing is heard of it. */
class Attempt {
  readonly #controller = new AbortController();
  readonly #timer = setTimeout(() => this.#controller.abort(), silenceMs);
  readonly signal: AbortSignal;

  constructor(outer: AbortSignal) {
    this.signal = AbortSignal.any([this.#controller.signal, outer]);
  }

  get isSilent(): boolean {
    return this.#controller.signal.aborted;
  }

  alive(): void {
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#controller.abort();
  }
}
