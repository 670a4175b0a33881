import { DestinationMeter } from "../metrics/destination-meter.ts";
import type { Breaker } from "../policy/breaker.ts";
import type { Queue } from "../queue/queue.ts";
import { Settlements } from "../queue/settlements.ts";
import type { Target } from "../settings/settings.ts";
import { DestinationFailed } from "./destination-failed.ts";
import { Gate } from "./gate.ts";
import type { Held } from "./held.ts";
import { Lane, type DrainOptions } from "./lane.ts";
import type { Lanes } from "./lanes.ts";
import { Line } from "./line.ts";
import type { SenderFactory } from "./sender.ts";
import { Ways } from "./ways.ts";

/** What a drain came to. */
export interface Drained {
  readonly delivered: number;
  /** Nobody took the rest since; null: nothing is left that is due, or the time was over. */
  readonly held: Held | null;
}

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
  readonly #ways: Ways;
  #lanes = 0;
  #isProbing = false;

  constructor(target: Target, { queue, senders, lanes, isPaused }: DestinationParts) {
    this.target = target;
    this.#queue = queue;
    this.#senders = senders;
    this.#allLanes = lanes;
    this.#settlements = new Settlements(queue);
    const mostResting = (): number => target.concurrency - this.#lanes;
    this.#ways = new Ways({ senders, meter: this.meter, mostResting });
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
    // Nothing goes on behind a step that has ended: a cancel would not reach it.
    await Promise.allSettled(lanes);
    const delivered = (await Promise.all(lanes)).reduce((sum, count) => sum + count, 0);
    const since = this.gate.held();
    if (since !== null) this.gate.onHeld();
    return { delivered, held: since };
  }

  /** Ends the ways that nobody uses. */
  async close(): Promise<void> {
    this.gate.close();
    this.line.close();
    await this.#ways.closeIdle(0);
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
      await this.#ways.closeIdle(this.target.concurrency - this.#lanes - 1);
      await this.probe(signal).catch(() => {});
    } finally {
      this.#isProbing = false;
    }
  }

  async #lane(options: DrainOptions): Promise<number> {
    this.#lanes += 1;
    const { target, gate, meter } = this;
    const rest = { queue: this.#queue, settlements: this.#settlements, ways: this.#ways };
    const lane = new Lane({ target, gate, meter, ...rest }, options);
    try {
      return await lane.run();
    } finally {
      this.#lanes -= 1;
      this.#allLanes.giveBack();
      // Others of its request may go on for long; who was only interrupted takes it again.
      if (lane.isOver) this.line.callNext();
      await lane.end();
    }
  }
}
