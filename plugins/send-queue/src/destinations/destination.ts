import { DestinationMeter } from "../metrics/destination-meter.ts";
import type { Breaker } from "../policy/breaker.ts";
import type { Item, Outcome } from "../queue/item.ts";
import type { Queue } from "../queue/queue.ts";
import { Settlements } from "../queue/settlements.ts";
import type { Target } from "../settings/settings.ts";
import { batchOf, type Batch } from "./batch.ts";
import { DestinationFailed } from "./destination-failed.ts";
import { Gate } from "./gate.ts";
import type { Held } from "./held.ts";
import type { Lanes } from "./lanes.ts";
import { Line } from "./line.ts";
import { isToCommitAt, judgedByPolicy, outcomeOf, troublesOf } from "./outcome.ts";
import type { Sender, SenderFactory, Tried } from "./sender.ts";
import { Supply } from "./supply.ts";

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

/** So many items are taken from the queue at a time, over all ways: none keeps what another could send. */
const batchSize = 50;

/** A way that nobody uses is closed after so long, in milliseconds. */
const idleMs = 5_000;

/** What a destination works with. */
export interface DestinationParts {
  readonly queue: Queue;
  readonly senders: SenderFactory;
  /** Of all destinations together. */
  readonly lanes: Lanes;
  /** Somebody has paused it before. */
  readonly isPaused: boolean;
}

/** One destination: whether it may be sent to, the ways to it, and what goes over them. */
export class Destination {
  readonly target: Target;
  readonly gate: Gate;
  readonly meter = new DestinationMeter();
  readonly line: Line;
  readonly #queue: Queue;
  readonly #senders: SenderFactory;
  readonly #allLanes: Lanes;
  readonly #settlements: Settlements;
  readonly #idle = new Map<Sender, NodeJS.Timeout>();
  #lanes = 0;
  #isProbing = false;

  constructor(target: Target, { queue, senders, lanes, isPaused }: DestinationParts) {
    this.target = target;
    this.#queue = queue;
    this.#senders = senders;
    this.#allLanes = lanes;
    this.#settlements = new Settlements(queue);
    const { isStrict } = target;
    this.line = new Line({ queue, lanes, isStrict, free: () => this.#freeWays() });
    this.gate = new Gate(target, {
      isPaused,
      isFull: () => this.#settlements.isFull,
      isAwaited: () => queue.call("isAwaited", { destination: target.name }),
      ask: (signal) => this.#ask(signal),
    });
    this.gate.onRecovered = () => this.line.callNext();
    // That was no trouble of the peer's: no answer of it would wake anybody.
    this.#settlements.onRoom = () => this.gate.recover();
    this.#settlements.onWritten = () => this.line.settledSome();
  }

  get breaker(): Breaker {
    return this.gate.breaker;
  }

  get isPaused(): boolean {
    return this.gate.isPaused;
  }

  /** Resolves when it is kept, over a restart too. @throws {QueueFailed} */
  pause(): Promise<void> {
    return this.#setPaused(true);
  }

  /** @throws {QueueFailed} */
  resume(): Promise<void> {
    return this.#setPaused(false);
  }

  /** Asks the peer at once whether it is there. @throws {DestinationFailed} */
  async probe(signal?: AbortSignal): Promise<void> {
    try {
      await this.#senders.probe(signal);
      this.gate.answered();
    } catch (error) {
      // That we have ended it ourselves says nothing of the peer.
      const isTold = error instanceof DestinationFailed && signal?.aborted !== true;
      if (isTold) this.gate.fail(error.failure);
      throw error;
    }
  }

  /** When it may be sent to: `now`, or when its next window begins; epoch milliseconds. */
  opensAt(now: number): number {
    return this.gate.opensAt(now);
  }

  /** Somebody has changed something: the next drain tries at once. */
  retryNow(): void {
    this.gate.retryNow();
  }

  /** Sends what is due of a request over as many ways as are free, and not for others before it. */
  async drain(options: DrainOptions): Promise<Drained> {
    const held = await this.#held();
    const before = held === null ? await this.line.before(options.request) : 0;
    this.line.leave(options.request);
    if (held !== null) return { delivered: 0, held };
    const free = this.#allLanes.take(this.#freeWays() - before);
    if (free === 0) return { delivered: 0, held: { kind: "busy" } };
    const lanes = Array.from({ length: free }, () => this.#lane(options));
    this.line.callNext();
    const delivered = (await Promise.all(lanes)).reduce((sum, count) => sum + count, 0);
    const since = this.gate.held();
    if (since !== null) this.gate.onHeld();
    return { delivered, held: since };
  }

  /** Ends the ways that nobody uses. */
  async close(): Promise<void> {
    this.gate.close();
    this.line.close();
    await this.#closeIdle(0);
    await this.#settlements.flush();
  }

  async #setPaused(isPaused: boolean): Promise<void> {
    const destination = this.target.name;
    await this.#queue.call("setPaused", { destination, isPaused });
    this.gate.isPaused = isPaused;
    // It ended if its time came during the pause, and those that sleep begin none.
    this.gate.watch();
    if (isPaused) this.gate.onHeld();
    else this.line.callNext();
  }

  /** Ways that somebody may take now. */
  #freeWays(): number {
    if (this.gate.held() !== null) return 0;
    return Math.min(this.target.concurrency - this.#lanes, this.#allLanes.free);
  }

  /** As it is now; the one whose turn it is asks the peer. */
  async #held(): Promise<Held | null> {
    if (this.gate.mayProbe(Date.now())) await this.#ask();
    this.gate.watch();
    if (this.#lanes >= this.target.concurrency) return this.gate.held() ?? { kind: "busy" };
    return this.gate.held();
  }

  /** Asks the peer, unless somebody does. What it came to is what the breaker says. */
  async #ask(signal?: AbortSignal): Promise<void> {
    if (this.#isProbing) return;
    this.#isProbing = true;
    try {
      await this.#closeIdle(this.target.concurrency - this.#lanes - 1);
      await this.probe(signal).catch(() => {});
    } finally {
      this.#isProbing = false;
    }
  }

  async #lane(options: DrainOptions): Promise<number> {
    this.#lanes += 1;
    const supply = new Supply(() => this.#claim(options), this.target.isStrict);
    let delivered = 0;
    let isOver = false;
    try {
      while (this.#mayGoOn(options, delivered)) {
        const items = await supply.next();
        isOver = items.length === 0;
        if (isOver) break;
        delivered += await this.#sendAll(items, options, supply);
      }
      return delivered;
    } finally {
      this.#lanes -= 1;
      this.#allLanes.giveBack();
      // Others of its request may go on for long; who was only interrupted takes it again.
      if (isOver) this.line.callNext();
      await this.#release(await supply.rest());
    }
  }

  #claim({ request }: DrainOptions): Promise<readonly Item[]> {
    const { concurrency, isStrict } = this.target;
    const limit = Math.ceil(batchSize / concurrency);
    return this.#queue.call("claim", { request, now: Date.now(), limit, isStrict });
  }

  #mayGoOn({ until, limit, mayGoOn }: DrainOptions, delivered: number): boolean {
    return mayGoOn() && Date.now() < until && delivered < limit && this.gate.held() === null;
  }

  /** Sends items in their order; what is not begun is given back. */
  async #sendAll(items: readonly Item[], options: DrainOptions, supply: Supply): Promise<number> {
    let sender: Sender | null = null;
    let delivered = 0;
    let left = items;
    try {
      for (let [first] = left; first !== undefined; [first] = left) {
        if (!this.#mayGoOn(options, delivered)) break;
        // Whoever looks for one lays the way at hand to rest, and may find none.
        const present = sender;
        sender = null;
        sender = await this.#senderFor(first, present, left);
        // Where the order counts, what was not sent keeps the rest back.
        const others = this.target.isStrict ? [] : left.slice(1);
        const batch = batchOf(first, others, sender);
        supply.look(left.length);
        left = left.slice(batch.length);
        const sent = await this.#sendBatch(batch, sender, options);
        delivered += sent;
        sender = await this.#keptAfter(first, sender);
        if (sent === 0 && this.target.isStrict) break;
      }
    } catch (error) {
      if (!(error instanceof DestinationFailed)) throw error;
      this.gate.fail(error.failure);
    } finally {
      if (sender !== null) this.#rest(sender);
      await this.#release(left);
    }
    return delivered;
  }

  /** The way for the next item; null: that needs another. */
  async #keptAfter({ isAlone }: Item, sender: Sender): Promise<Sender | null> {
    if (!isAlone && sender.isUsable) return sender;
    await endWay(sender);
    return null;
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
    const since = performance.now();
    const sender = await this.#senders.open(items);
    this.meter.associations.observe((performance.now() - since) / 1_000);
    return sender;
  }

  /** Until no more than `most` of the ways that nobody uses are left. */
  async #closeIdle(most: number): Promise<void> {
    for (const [resting, timer] of this.#idle) {
      if (this.#idle.size <= most) return;
      clearTimeout(timer);
      this.#idle.delete(resting);
      await endWay(resting);
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
      let since = performance.now();
      for await (const tried of sender.send(batch)) {
        this.meter.roundTrips.observe((performance.now() - since) / 1_000);
        delivered += await this.#settle(tried, options);
        for (const { item } of tried) untold.delete(item);
        // What a server refused together is settled in one go, unless somebody wants it to stop.
        if (!options.mayGoOn() || this.gate.held() !== null) break;
        since = performance.now();
      }
      return delivered;
    } finally {
      signal.removeEventListener("abort", end);
      await this.#release([...untold]);
    }
  }

  /** Writes down what became of instances; answers how many were delivered. */
  async #settle(answered: readonly Tried[], options: DrainOptions): Promise<number> {
    const { signal, onSettled } = options;
    if (answered.some(({ verdict }) => verdict.kind === "delivered")) this.gate.succeed();
    // What we have ended ourselves is nobody's fault.
    const isKnown = ({ verdict }: Tried): boolean =>
      verdict.kind === "delivered" || !signal.aborted;
    const tried = answered.filter(isKnown).map(({ item, verdict }) => ({
      item,
      verdict: judgedByPolicy(verdict, this.target),
    }));
    for (const why of troublesOf(tried)) this.gate.fail(why);
    await this.#release(answered.filter((one) => !isKnown(one)).map(({ item }) => item));
    const outcomes = await Promise.all(tried.map((one) => this.#write(one, onSettled)));
    return outcomes.filter((outcome) => outcome?.kind === "sent").length;
  }

  async #write(
    { item, verdict }: Tried,
    onSettled: DrainOptions["onSettled"],
  ): Promise<Outcome | null> {
    const now = Date.now();
    const { instanceRetriesMs: retriesMs } = this.target;
    const judged = outcomeOf(item, verdict, { retriesMs, now });
    const isToCommit = isToCommitAt(this.target);
    const outcome = judged?.kind === "sent" ? { ...judged, isToCommit } : judged;
    this.meter.count(verdict, outcome, item.instance.size);
    if (outcome === null) {
      await this.#release([item]);
    } else {
      await this.#settlements.settle(item.id, outcome, now);
      onSettled(item, outcome);
    }
    return outcome;
  }

  async #release(items: readonly Item[]): Promise<void> {
    if (items.length === 0) return;
    await this.#queue.call("release", { ids: items.map(({ id }) => id) });
  }

  /** Keeps a way for whoever needs it next, for a while. */
  #rest(sender: Sender): void {
    if (!sender.isUsable) {
      void endWay(sender);
      return;
    }
    const timer = setTimeout(() => {
      this.#idle.delete(sender);
      void endWay(sender);
    }, idleMs);
    this.#idle.set(sender, timer.unref());
  }
}

/** Ends a way, if not in peace then at once: whatever was wrong with it is over. Never throws. */
const endWay = (sender: Sender): Promise<void> => sender.close().catch(() => sender.abort());
