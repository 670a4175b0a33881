import {
  closedBreaker,
  failed,
  mayProbe,
  probeAt,
  probeNow,
  succeeded,
  type Breaker,
} from "../policy/breaker.ts";
import { failure, type Failure } from "../policy/failure.ts";
import type { Item, Outcome } from "../queue/item.ts";
import type { Queue } from "../queue/queue.ts";
import { Settlements } from "../queue/settlements.ts";
import type { Target } from "../settings.ts";
import { batchOf, type Batch } from "./batch.ts";
import { DestinationFailed } from "./destination-failed.ts";
import { outcomeOf, troublesOf } from "./outcome-of.ts";
import type { Sender, SenderFactory, Tried } from "./sender.ts";

/** Why nothing is sent to a destination at the moment. */
export type Held =
  | { readonly kind: "paused" }
  /** It is in trouble until then; epoch milliseconds. */
  | { readonly kind: "open"; readonly until: number; readonly why: Failure }
  /** All its associations are in use by other requests. */
  | { readonly kind: "busy" };

/** What a drain came to. */
export interface Drained {
  readonly delivered: number;
  /** Nobody took the rest since; null: nothing is left that is due, or the time was over. */
  readonly held: Held | null;
}

export interface DrainOptions {
  readonly request: string;
  /** No further instance is begun after this; epoch milliseconds. */
  readonly until: number;
  /** Most instances, so that others have their turn. */
  readonly limit: number;
  /** Asked between two instances. */
  readonly mayGoOn: () => boolean;
  /** Ends the instances that are on their way. */
  readonly signal: AbortSignal;
  readonly onSettled: (item: Item, outcome: Outcome) => void;
}

/** So many items are taken from the queue at a time. */
const batchSize = 50;

/** A way that nobody uses is closed after so long, in milliseconds. */
const idleMs = 5_000;

/** Another request asks again after this, in milliseconds. */
export const busyRetryMs = 250;

/** The queue's disk is looked at so often while it takes nothing, in milliseconds. */
const diskRetryMs = 1_000;

const diskFull = failure(
  "local",
  "transient",
  "ENOSPC",
  "The disk of the queue takes nothing: what is sent could not be noted.",
);

/** One destination: whether it may be sent to, the ways to it, and what goes over them. */
export class Destination {
  readonly target: Target;
  readonly #queue: Queue;
  readonly #senders: SenderFactory;
  readonly #settlements: Settlements;
  readonly #idle = new Map<Sender, NodeJS.Timeout>();
  #lanes = 0;
  #breaker: Breaker = closedBreaker;
  #isPaused = false;
  #isProbing = false;
  /** How often somebody wanted it to be tried at once. */
  hurries = 0;

  constructor(target: Target, queue: Queue, senders: SenderFactory) {
    this.target = target;
    this.#queue = queue;
    this.#senders = senders;
    this.#settlements = new Settlements(queue);
  }

  get breaker(): Breaker {
    return this.#breaker;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
  }

  /** Somebody has changed something: the next drain tries at once. */
  retryNow(): void {
    this.hurries += 1;
    this.#breaker = probeNow(this.#breaker, Date.now());
  }

  /** Asks the peer at once whether it is there. @throws {DestinationFailed} */
  async probe(): Promise<void> {
    try {
      await this.#senders.probe();
      this.#breaker = succeeded();
    } catch (error) {
      if (error instanceof DestinationFailed) this.#fail(error.failure);
      throw error;
    }
  }

  /** Sends what is due of a request over as many ways as are free. */
  async drain(options: DrainOptions): Promise<Drained> {
    const held = await this.#held();
    if (held !== null) return { delivered: 0, held };
    const free = this.target.concurrency - this.#lanes;
    const lanes = Array.from({ length: free }, () => this.#lane(options));
    const delivered = (await Promise.all(lanes)).reduce((sum, count) => sum + count, 0);
    return { delivered, held: this.#heldNow() };
  }

  /** Ends the ways that nobody uses. */
  async close(): Promise<void> {
    await this.#closeIdle(0);
    await this.#settlements.flush();
  }

  #heldNow(): Held | null {
    if (this.#isPaused) return { kind: "paused" };
    const now = Date.now();
    if (this.#settlements.isFull) return { kind: "open", until: now + diskRetryMs, why: diskFull };
    if (this.#breaker.kind !== "open") return null;
    // Who asks while a probe is on its way asks again.
    const until = Math.max(probeAt(this.#breaker, now), now + busyRetryMs);
    return { kind: "open", until, why: this.#breaker.why };
  }

  /** As it is now; the one whose turn it is asks the peer. */
  async #held(): Promise<Held | null> {
    if (!this.#isPaused && !this.#isProbing && mayProbe(this.#breaker, Date.now())) {
      this.#isProbing = true;
      await this.#closeIdle(this.target.concurrency - this.#lanes - 1);
      // What it came to is what the breaker says.
      await this.probe().catch(() => {});
      this.#isProbing = false;
    }
    if (this.#lanes >= this.target.concurrency) return this.#heldNow() ?? { kind: "busy" };
    return this.#heldNow();
  }

  async #lane(options: DrainOptions): Promise<number> {
    this.#lanes += 1;
    let delivered = 0;
    try {
      while (this.#mayGoOn(options, delivered)) {
        const { request } = options;
        const items = await this.#queue.call("claim", {
          request,
          now: Date.now(),
          limit: batchSize,
        });
        if (items.length === 0) break;
        delivered += await this.#sendAll(items, options);
      }
      return delivered;
    } finally {
      this.#lanes -= 1;
    }
  }

  #mayGoOn({ until, limit, mayGoOn }: DrainOptions, delivered: number): boolean {
    return mayGoOn() && Date.now() < until && delivered < limit && this.#heldNow() === null;
  }

  /** Sends items in their order; what is not begun is given back. */
  async #sendAll(items: readonly Item[], options: DrainOptions): Promise<number> {
    let sender: Sender | null = null;
    let delivered = 0;
    let left = items;
    try {
      for (let [first] = left; first !== undefined; [first] = left) {
        if (!this.#mayGoOn(options, delivered)) break;
        sender = await this.#senderFor(first, sender, left);
        const batch = batchOf(first, left.slice(1), sender);
        left = left.slice(batch.length);
        delivered += await this.#sendBatch(batch, sender, options);
        if (first.isAlone || !sender.isUsable) {
          await sender.close();
          sender = null;
        }
      }
    } catch (error) {
      if (!(error instanceof DestinationFailed)) throw error;
      this.#fail(error.failure);
    } finally {
      if (sender !== null) this.#rest(sender);
      await this.#release(left);
    }
    return delivered;
  }

  /** The way at hand, one that rests, or a new one. @throws {DestinationFailed} */
  async #senderFor(item: Item, present: Sender | null, left: readonly Item[]): Promise<Sender> {
    if (!item.isAlone && present?.carries(item) === true && present.isUsable) return present;
    if (present !== null) this.#rest(present);
    if (item.isAlone) return this.#open([item]);
    for (const [resting, timer] of this.#idle) {
      if (!resting.isUsable || !resting.carries(item)) continue;
      clearTimeout(timer);
      this.#idle.delete(resting);
      return resting;
    }
    return this.#open(left);
  }

  /** What rests counts, too: many peers take no more than they were told of. @throws {DestinationFailed} */
  async #open(items: readonly Item[]): Promise<Sender> {
    await this.#closeIdle(this.target.concurrency - this.#lanes);
    return this.#senders.open(items);
  }

  /** Until no more than `most` of the ways that nobody uses are left. */
  async #closeIdle(most: number): Promise<void> {
    for (const [resting, timer] of this.#idle) {
      if (this.#idle.size <= most) return;
      clearTimeout(timer);
      this.#idle.delete(resting);
      await resting.close();
    }
  }

  /** Answers how many were delivered; what the sender does not tell of is given back. */
  async #sendBatch(batch: Batch, sender: Sender, options: DrainOptions): Promise<number> {
    const { signal } = options;
    const end = (): void => sender.abort();
    const untold = new Set<Item>(batch);
    let delivered = 0;
    signal.addEventListener("abort", end, { once: true });
    try {
      if (signal.aborted) sender.abort();
      for await (const tried of sender.send(batch)) {
        for (const { item } of tried) untold.delete(item);
        delivered += await this.#settle(tried, options);
        if (!this.#mayGoOn(options, 0)) break;
      }
      return delivered;
    } finally {
      signal.removeEventListener("abort", end);
      await this.#release([...untold]);
    }
  }

  /** Writes down what became of instances; answers how many were delivered. */
  async #settle(tried: readonly Tried[], options: DrainOptions): Promise<number> {
    const { signal, onSettled } = options;
    const delivered = tried.filter(({ verdict }) => verdict.kind === "delivered");
    // What we have ended ourselves is nobody's fault.
    const known = signal.aborted ? delivered : tried;
    if (delivered.length > 0) this.#breaker = succeeded();
    for (const why of troublesOf(known)) this.#fail(why);
    await Promise.all(
      tried.map(async (one) => {
        const { item } = one;
        const now = Date.now();
        const outcome = known.includes(one)
          ? outcomeOf(one, this.target.instanceRetriesMs, now)
          : null;
        if (outcome === null) return this.#release([item]);
        await this.#settlements.settle(item.id, outcome, now);
        onSettled(item, outcome);
      }),
    );
    return delivered.length;
  }

  async #release(items: readonly Item[]): Promise<void> {
    if (items.length === 0) return;
    await this.#queue.call("release", { ids: items.map(({ id }) => id) });
  }

  #fail(why: Failure): void {
    const { backOff } = this.target;
    this.#breaker = failed(this.#breaker, why, { now: Date.now(), random: Math.random(), backOff });
  }

  /** Keeps a way for whoever needs it next, for a while. */
  #rest(sender: Sender): void {
    if (!sender.isUsable) return;
    const timer = setTimeout(() => {
      this.#idle.delete(sender);
      void sender.close();
    }, idleMs);
    this.#idle.set(sender, timer.unref());
  }
}
