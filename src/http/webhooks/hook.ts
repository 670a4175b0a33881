import type { Clock, Timer } from "../../ports/clock.ts";
import type { LogLevel } from "../../ports/job.ts";
import type { WebhookState } from "../metrics/metrics.ts";
import { attempt, type Attempted, type Delivery } from "./attempt.ts";
import type { Webhook } from "./webhook-options.ts";

/** Most that waits for one webhook: events, and bytes of their bodies. The oldest is dropped for more. */
const maxQueued = { events: 1_000, bytes: 16_777_216 } as const;

/** An attempt that takes longer has failed; milliseconds. */
export const attemptTimeoutMs = 10_000;

/** Between attempts: the first delay, how it grows, its cap, in milliseconds, and how far it is spread. */
const backoff = { firstMs: 1_000, factor: 2, capMs: 300_000, jitter: 0.25 } as const;

/** After so many attempts, about a quarter of an hour, an event is dropped. */
const maxAttempts = 12;

export interface HookParts {
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly log: (level: LogLevel, text: string) => void;
  readonly timeoutMs?: number;
}

/** One webhook: delivers its events in order, one at a time, and never holds up anybody. */
export class Hook {
  readonly #place: number;
  readonly #webhook: Webhook;
  readonly #parts: HookParts;
  readonly #end = new AbortController();
  #queue: Delivery[] = [];
  #bytes = 0;
  #delivered = 0;
  #failedAttempts = 0;
  #dropped = 0;
  /** It was said that something is wrong; not again before something was delivered. */
  #isInTrouble = false;
  /** Why something was dropped last; said once, until something is delivered. */
  #lastDrop = "";
  #isOff = false;
  #delivering: Promise<void> | null = null;
  #pause: { readonly timer: Timer; readonly over: () => void } | null = null;

  constructor(place: number, webhook: Webhook, parts: HookParts) {
    this.#place = place;
    this.#webhook = webhook;
    this.#parts = parts;
  }

  get state(): WebhookState {
    return {
      hook: this.#place,
      host: this.#webhook.url.host,
      queued: this.#queue.length,
      delivered: this.#delivered,
      failedAttempts: this.#failedAttempts,
      dropped: this.#dropped,
    };
  }

  add(delivery: Delivery): void {
    if (this.#isOff) return;
    this.#queue.push(delivery);
    this.#bytes += delivery.body.byteLength;
    while (this.#queue.length > 1 && this.#isFull()) {
      this.#take(1);
      this.#drop(1, "too many events wait for it");
    }
    this.#delivering ??= this.#deliver();
  }

  /**
   * Takes nothing more. What waits is tried once more, for `graceMs` at most, unless the last attempt has
   * failed; the rest is dropped.
   */
  async close(graceMs: number): Promise<void> {
    this.#isOff = true;
    const timer = this.#parts.clock.after(graceMs, () => this.#stop());
    if (this.#pause !== null) this.#stop();
    await this.#delivering;
    timer.cancel();
    if (this.#queue.length > 0) this.#drop(this.#queue.length, "the host closes");
    this.#queue = [];
  }

  #isFull(): boolean {
    return this.#queue.length > maxQueued.events || this.#bytes > maxQueued.bytes;
  }

  async #deliver(): Promise<void> {
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      await this.#deliverOne(next);
      if (this.#end.signal.aborted) return;
    }
    this.#delivering = null;
  }

  async #deliverOne(delivery: Delivery): Promise<void> {
    for (let count = 1; count <= maxAttempts; count += 1) {
      const outcome = await this.#attempt(delivery);
      if (this.#end.signal.aborted) return;
      if (outcome.kind === "delivered") return this.#done(delivery);
      this.#failedAttempts += 1;
      if (outcome.kind === "gone") return this.#goneForGood();
      if (outcome.kind === "refused") return this.#giveUp(delivery, outcome.why);
      if (count === maxAttempts) return this.#giveUp(delivery, outcome.why);
      this.#complain(`${outcome.why}; its events are tried again`);
      await this.#wait(
        Math.max(this.#delayMs(count), Math.min(outcome.afterMs ?? 0, backoff.capMs)),
      );
      // It may have been dropped for others meanwhile.
      if (this.#end.signal.aborted || this.#queue[0] !== delivery) return;
    }
  }

  #attempt(delivery: Delivery): Promise<Attempted> {
    const { clock, timeoutMs = attemptTimeoutMs } = this.#parts;
    const signal = AbortSignal.any([this.#end.signal, AbortSignal.timeout(timeoutMs)]);
    return attempt(this.#webhook, delivery, clock.now(), signal);
  }

  #done(delivery: Delivery): void {
    this.#delivered += 1;
    this.#forget(delivery);
    if (!this.#isInTrouble) return;
    this.#isInTrouble = false;
    this.#lastDrop = "";
    this.#parts.log(
      "info",
      `${this.#name} answers again; ${this.#queue.length} events wait for it`,
    );
  }

  #giveUp(delivery: Delivery, why: string): void {
    if (this.#forget(delivery)) this.#drop(1, why);
  }

  #goneForGood(): void {
    this.#isOff = true;
    const count = this.#queue.length;
    this.#take(count);
    this.#drop(count, "it answered 410 and gets nothing more until the host is started again");
  }

  #drop(count: number, why: string): void {
    this.#dropped += count;
    if (this.#lastDrop !== why) {
      this.#parts.log("error", `${this.#name}: ${count} events are not delivered: ${why}`);
    }
    this.#lastDrop = why;
    this.#isInTrouble = true;
  }

  #complain(text: string): void {
    if (!this.#isInTrouble) this.#parts.log("warning", `${this.#name}: ${text}`);
    this.#isInTrouble = true;
  }

  get #name(): string {
    return `webhook ${this.#place} (${this.#webhook.url.host})`;
  }

  /** False: it does not wait any more. */
  #forget(delivery: Delivery): boolean {
    if (this.#queue[0] !== delivery) return false;
    this.#take(1);
    return true;
  }

  #take(count: number): void {
    for (const { body } of this.#queue.splice(0, count)) this.#bytes -= body.byteLength;
  }

  #delayMs(failures: number): number {
    const { firstMs, factor, capMs, jitter } = backoff;
    const delay = Math.min(capMs, firstMs * factor ** (failures - 1));
    return delay * (1 + jitter * (2 * this.#parts.random() - 1));
  }

  #wait(ms: number): Promise<void> {
    // Nobody waits for it to be better when the host closes.
    if (this.#isOff) this.#stop();
    return new Promise((resolve) => {
      const over = (): void => {
        this.#pause = null;
        resolve();
      };
      if (this.#end.signal.aborted) over();
      else this.#pause = { timer: this.#parts.clock.after(ms, over), over };
    });
  }

  #stop(): void {
    this.#end.abort();
    this.#pause?.timer.cancel();
    this.#pause?.over();
  }
}
