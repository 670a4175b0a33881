import type { Clock, Timer } from "../ports/clock.ts";
import type { Ledger } from "./ledger.ts";

/** So often, at most and at least, somebody looks what has become too old; milliseconds. */
const lookEveryMs = { most: 600_000, least: 1_000 };

/** The machine's clock may go so much faster or slower between two looks; milliseconds. */
const toleranceMs = 60_000;

/** A clock that was set is believed after this time, unless it is set again; milliseconds. */
const doubtMs = 3_600_000;

/**
 * Lets failed jobs go that have become too old. A clock that is set wrong for a while must not empty
 * the history: nothing goes for an hour after it was set,
 * nor after the start.
 */
export class Retention {
  readonly #clock: Clock;
  readonly #ledger: Ledger;
  /** Milliseconds; 0: failures do not age. */
  readonly #failedMaxAgeMs: number;
  #timer: Timer | null = null;
  /** `now` less `elapsed` at the last look: it changes when the clock is set. */
  #offset: number;
  #doubtUntil: number;

  constructor(clock: Clock, ledger: Ledger, failedMaxAgeMs: number) {
    this.#clock = clock;
    this.#ledger = ledger;
    this.#failedMaxAgeMs = failedMaxAgeMs;
    this.#offset = clock.now() - clock.elapsed();
    // A machine may boot with a wrong clock, and have it set later.
    this.#doubtUntil = clock.elapsed() + Math.min(doubtMs, failedMaxAgeMs);
  }

  /** Looks from now on. The first time not at once: a clock may be set right after the start. */
  begin(): void {
    if (this.#failedMaxAgeMs === 0) return;
    const { most, least } = lookEveryMs;
    const everyMs = Math.max(Math.min(this.#failedMaxAgeMs / 10, most), least);
    this.#timer = this.#clock.every(everyMs, () => this.#look());
  }

  close(): void {
    this.#timer?.cancel();
  }

  #look(): void {
    const elapsed = this.#clock.elapsed();
    const offset = this.#clock.now() - elapsed;
    if (Math.abs(offset - this.#offset) > toleranceMs) this.#doubtUntil = elapsed + doubtMs;
    this.#offset = offset;
    if (elapsed < this.#doubtUntil) return;
    const oldest = this.#clock.now() - this.#failedMaxAgeMs;
    for (const record of this.#ledger.table.records()) {
      const isOldFailure = record.state.kind === "failed" && record.changedAt <= oldest;
      // One whose end is not committed yet has not been told to anybody.
      if (isOldFailure && this.#ledger.hasEnded(record)) this.#ledger.evict(record.id);
    }
  }
}
