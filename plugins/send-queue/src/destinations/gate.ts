import {
  answered,
  closedBreaker,
  failed,
  mayProbe,
  probeAt,
  probeNow,
  succeeded,
  type Breaker,
} from "../policy/breaker.ts";
import { failure, type Failure } from "../policy/failure.ts";
import { opensAt } from "../policy/schedule.ts";
import type { Target } from "../settings/settings.ts";
import type { Held } from "./held.ts";
import { Watch, type WatchParts } from "./watch.ts";

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

export interface GateParts extends Pick<WatchParts, "isAwaited" | "ask"> {
  /** Somebody has paused it before. */
  readonly isPaused: boolean;
  /** Whether what is sent could not be noted. */
  readonly isFull: () => boolean;
}

/** Whether a destination may be sent to: what somebody wants, what time it is, and how it fared. */
export class Gate {
  readonly #target: Target;
  readonly #isFull: () => boolean;
  readonly #watch: Watch;
  #breaker: Breaker = closedBreaker;
  isPaused: boolean;
  /** How often there was a reason to try at once. */
  hurries = 0;
  /** Called when it can be sent to again after trouble: whoever waits for it may be woken. */
  onRecovered: () => void = () => {};
  /** Called when it cannot be sent to any more: whoever waits for it may have to be told. */
  onHeld: () => void = () => {};

  constructor(target: Target, { isPaused, isFull, ...rest }: GateParts) {
    this.#target = target;
    this.isPaused = isPaused;
    this.#isFull = isFull;
    this.#watch = new Watch({ ...rest, nextAt: (now) => this.#probeAt(now) });
  }

  get breaker(): Breaker {
    return this.#breaker;
  }

  /** It is asked after by and by, from now on, if it is in trouble: somebody waits for it. */
  watch(): void {
    this.#watch.begin();
  }

  /** Nobody asks after it any more. */
  close(): void {
    this.#watch.close();
  }

  /** As that of a watch. */
  turnAfter(until: number): number {
    return this.#watch.turnAfter(until);
  }

  /** Somebody has changed something: the next drain tries at once; if there is none, it is asked soon. */
  retryNow(): void {
    this.hurries += 1;
    this.#breaker = probeNow(this.#breaker, Date.now());
    this.#watch.begin();
  }

  /** Something was delivered. */
  succeed(): void {
    this.#close(succeeded());
  }

  /** The peer is there. */
  answered(): void {
    this.#close(answered(this.#breaker, Date.now()));
  }

  /** It can be sent to again, or so it seems: who sleeps is woken, who is about to sleep does not. */
  recover(): void {
    this.hurries += 1;
    this.onRecovered();
  }

  fail(why: Failure): void {
    const { backOff } = this.#target;
    const wasOpen = this.#breaker.kind === "open";
    this.#breaker = failed(this.#breaker, why, { now: Date.now(), random: Math.random(), backOff });
    this.#watch.begin();
    if (!wasOpen) this.onHeld();
  }

  /** When it may be sent to: `now`, or when its next window begins; epoch milliseconds. */
  opensAt(now: number): number {
    const { schedule } = this.#target;
    return schedule === null ? now : opensAt(schedule, now);
  }

  /** Whether the peer is to be asked: it was in trouble for long enough. */
  mayProbe(now: number): boolean {
    return !this.isPaused && this.opensAt(now) === now && mayProbe(this.#breaker, now);
  }

  held(): Held | null {
    if (this.isPaused) return { kind: "paused" };
    const now = Date.now();
    const opens = this.opensAt(now);
    if (opens > now) return { kind: "closed", until: opens };
    if (this.#isFull()) return { kind: "open", until: now + diskRetryMs, why: diskFull };
    if (this.#breaker.kind !== "open") return null;
    // Who asks while a probe is on its way asks again.
    const until = Math.max(probeAt(this.#breaker, now), now + busyRetryMs);
    return { kind: "open", until, why: this.#breaker.why };
  }

  #close(closed: Breaker): void {
    const wasOpen = this.#breaker.kind === "open";
    this.#breaker = closed;
    if (wasOpen) this.recover();
  }

  /** When to ask a peer in trouble; null: it is in none, or nobody may send to it. */
  #probeAt(now: number): number | null {
    if (this.#breaker.kind !== "open" || this.isPaused) return null;
    return Math.max(probeAt(this.#breaker, now), this.opensAt(now));
  }
}
