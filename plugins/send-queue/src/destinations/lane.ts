import type { DestinationMeter } from "../metrics/destination-meter.ts";
import type { Item, Outcome } from "../queue/item.ts";
import type { Queue } from "../queue/queue.ts";
import type { Settlements } from "../queue/settlements.ts";
import type { Target } from "../settings/settings.ts";
import { batchOf, type Batch } from "./batch.ts";
import { DestinationFailed } from "./destination-failed.ts";
import type { Gate } from "./gate.ts";
import { isToCommitAt, judgedByPolicy, outcomeOf, troublesOf } from "./outcome.ts";
import type { Sender, Tried } from "./sender.ts";
import { Supply } from "./supply.ts";
import type { Ways } from "./ways.ts";

/** What of a request is sent now, and how long. */
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
  /** The queue is about to be told what became of an item; what it answers is called when it has been. */
  readonly onSettling: () => (item: Item, outcome: Outcome) => void;
}

/** So many items are taken from the queue at a time at least, over all ways: none keeps what another could send. */
const batchSize = 50;

/** So many go together at most as long as nobody knows how long one takes: others may have their turn after them. */
const firstBatch = 10;

/** What a lane works with: all of it is its destination's. */
export interface LaneParts {
  readonly target: Target;
  readonly queue: Pick<Queue, "call">;
  readonly gate: Gate;
  readonly meter: DestinationMeter;
  readonly settlements: Settlements;
  readonly ways: Ways;
}

/** Sends what is due of a request, one batch after the other, over one way at a time. */
export class Lane {
  readonly #parts: LaneParts;
  readonly #options: DrainOptions;
  readonly #supply: Supply;
  /** Nothing is left that is due. */
  isOver = false;
  #delivered = 0;

  constructor(parts: LaneParts, options: DrainOptions) {
    this.#parts = parts;
    this.#options = options;
    const { concurrency, isStrict } = parts.target;
    this.#supply = new Supply({
      claim: (limit) => this.#claim(limit),
      least: Math.ceil(batchSize / concurrency),
      isStrict,
    });
  }

  /** Resolves with how many were delivered when it may not go on, or nothing is due. @throws {QueueFailed} */
  async run(): Promise<number> {
    while (this.#mayGoOn()) {
      const items = await this.#supply.next(this.#room);
      this.isOver = items.length === 0;
      if (this.isOver) break;
      await this.#sendAll(items);
    }
    return this.#delivered;
  }

  /** Gives back what was taken and not begun. @throws {QueueFailed} */
  async end(): Promise<void> {
    await this.#release(await this.#supply.rest());
  }

  /** So many more may be delivered. */
  get #room(): number {
    return this.#options.limit - this.#delivered;
  }

  #claim(limit: number): Promise<readonly Item[]> {
    const { isStrict } = this.#parts.target;
    const { request } = this.#options;
    return this.#parts.queue.call("claim", { request, now: Date.now(), limit, isStrict });
  }

  #mayGoOn(): boolean {
    const { until, mayGoOn } = this.#options;
    const isDue = mayGoOn() && Date.now() < until && this.#room > 0;
    return isDue && this.#parts.gate.held() === null;
  }

  /** Sends items in their order; what is not begun is given back. */
  async #sendAll(items: readonly Item[]): Promise<void> {
    const { target, gate, ways } = this.#parts;
    let sender: Sender | null = null;
    let left = items;
    try {
      for (let [first] = left; first !== undefined; [first] = left) {
        if (!this.#mayGoOn()) break;
        // Whoever looks for one lays the way at hand to rest, and may find none.
        const present = sender;
        sender = null;
        sender = await ways.senderFor(first, present, left);
        // Where the order counts, what was not sent keeps the rest back.
        const soon = Math.min(this.#supply.soon(firstBatch), this.#room);
        const others = target.isStrict ? [] : left.slice(1, Math.max(1, soon));
        const batch = batchOf(first, others, sender);
        this.#supply.look(left.length, this.#room - left.length);
        left = left.slice(batch.length);
        const sent = await this.#sendBatch(batch, sender);
        this.#delivered += sent;
        sender = await ways.keptAfter(first, sender);
        if (sent === 0 && target.isStrict) break;
      }
    } catch (error) {
      if (!(error instanceof DestinationFailed)) throw error;
      gate.fail(error.failure);
    } finally {
      if (sender !== null) ways.rest(sender);
      await this.#release(left);
    }
  }

  /** Answers how many were delivered; what the sender does not tell of is given back. */
  async #sendBatch(batch: Batch, sender: Sender): Promise<number> {
    const { signal, mayGoOn } = this.#options;
    const { meter, gate } = this.#parts;
    const end = (): void => sender.abort();
    const untold = new Set<Item>(batch);
    let delivered = 0;
    signal.addEventListener("abort", end, { once: true });
    try {
      if (signal.aborted) sender.abort();
      let since = performance.now();
      for await (const tried of sender.send(batch)) {
        meter.roundTrips.observe((performance.now() - since) / 1_000);
        delivered += await this.#settle(tried);
        for (const { item } of tried) untold.delete(item);
        // What a server refused together is settled in one go, unless somebody wants it to stop.
        if (!mayGoOn() || gate.held() !== null) break;
        since = performance.now();
      }
      return delivered;
    } finally {
      signal.removeEventListener("abort", end);
      await this.#release([...untold]);
    }
  }

  /** Writes down what became of instances; answers how many were delivered. */
  async #settle(answered: readonly Tried[]): Promise<number> {
    const { signal } = this.#options;
    const { target, gate } = this.#parts;
    const [first] = answered;
    // As most are, and one at a time.
    if (first !== undefined && answered.length === 1 && first.verdict.kind === "delivered") {
      gate.succeed();
      const outcome = await this.#write({
        ...first,
        verdict: judgedByPolicy(first.verdict, target),
      });
      return outcome?.kind === "sent" ? 1 : 0;
    }
    if (answered.some(({ verdict }) => verdict.kind === "delivered")) gate.succeed();
    // What we have ended ourselves is nobody's fault.
    const isKnown = ({ verdict }: Tried): boolean =>
      verdict.kind === "delivered" || !signal.aborted;
    const tried = answered.filter(isKnown).map(({ item, verdict }) => ({
      item,
      verdict: judgedByPolicy(verdict, target),
    }));
    for (const why of troublesOf(tried)) gate.fail(why);
    await this.#release(answered.filter((one) => !isKnown(one)).map(({ item }) => item));
    const outcomes = await Promise.all(tried.map((one) => this.#write(one)));
    return outcomes.filter((outcome) => outcome?.kind === "sent").length;
  }

  async #write({ item, verdict }: Tried): Promise<Outcome | null> {
    const { target, meter, settlements } = this.#parts;
    const now = Date.now();
    const { instanceRetriesMs: retriesMs } = target;
    const judged = outcomeOf(item, verdict, { retriesMs, now });
    const isToCommit = isToCommitAt(target);
    const outcome = judged?.kind === "sent" ? { ...judged, isToCommit } : judged;
    meter.count(verdict, outcome, item.instance.size);
    if (outcome === null) {
      await this.#release([item]);
    } else {
      const onSettled = this.#options.onSettling();
      // In most cases nothing has to be waited for.
      if (!settlements.note(item.id, outcome, now)) await settlements.settle(item.id, outcome, now);
      onSettled(item, outcome);
    }
    return outcome;
  }

  async #release(items: readonly Item[]): Promise<void> {
    if (items.length === 0) return;
    await this.#parts.queue.call("release", { ids: items.map(({ id }) => id) });
  }
}
