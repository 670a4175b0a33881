import type { Phase } from "./peer-error.ts";

/** Hears that a peer has said and done nothing for too long. */
export type OnSilence = (phase: Phase, afterMs: number) => void;

/**
 * How long a peer may be silent: one time at a time, that begins anew with each thing that it does. Its timer is
 * set again when it has gone off too early, and not with each instance.
 */
export class Silence {
  readonly #onSilence: OnSilence;
  #timer: NodeJS.Timeout | null = null;
  /** When the timer goes off. Milliseconds of a clock that only goes on, as the next. */
  #firesAt = Infinity;
  /** Null: nothing is waited for. */
  #until: number | null = null;
  #phase: Phase = "progress";
  #afterMs = 0;

  constructor(onSilence: OnSilence) {
    this.#onSilence = onSilence;
  }

  watch(phase: Phase, afterMs: number): void {
    this.#phase = phase;
    this.#afterMs = afterMs;
    this.#until = performance.now() + afterMs;
    if (this.#until < this.#firesAt) this.#arm(afterMs);
  }

  /** The peer has done something: the time begins anew, if there is one. */
  refresh(): void {
    if (this.#until !== null) this.#until = performance.now() + this.#afterMs;
  }

  unwatch(): void {
    this.#until = null;
  }

  /** Nothing is watched any more. */
  end(): void {
    this.#until = null;
    this.#disarm();
  }

  #arm(afterMs: number): void {
    this.#disarm();
    this.#firesAt = performance.now() + afterMs;
    // While a peer is waited for there is a connection to it, and the process lives.
    this.#timer = setTimeout(() => this.#look(), afterMs).unref();
  }

  #disarm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#firesAt = Infinity;
  }

  #look(): void {
    this.#disarm();
    if (this.#until === null) return;
    // A timer may be early by a part of a millisecond.
    const leftMs = Math.ceil(this.#until - performance.now());
    if (leftMs > 0) this.#arm(leftMs);
    else this.#onSilence(this.#phase, this.#afterMs);
  }
}
