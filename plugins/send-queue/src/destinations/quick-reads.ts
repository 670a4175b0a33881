import type { QueuedInstance } from "../queue/item.ts";
import type { Spool } from "../spool/spool.ts";

/** A read that takes longer has waited for the disk, and all others with it; milliseconds. */
const slowMs = 2;

/** After one so many are read by other threads. */
const pause = 100;

/**
 * Small files that are read by the thread that sends: to have another one do it costs more than the reading if
 * they are in memory, as they are when they have just come in. A disk that keeps it waiting is left to others
 * for a while: so many wait for one instance in a hundred at most.
 */
export class QuickReads {
  readonly #spool: Spool;
  readonly #now: () => number;
  #left = 0;

  /** `now`: milliseconds of a clock that only goes on. */
  constructor(spool: Spool, now: () => number = (): number => performance.now()) {
    this.#spool = spool;
    this.#now = now;
  }

  /** Fills `gaps` with a data set. False: not now, or there is something about the file; fetch it. */
  fill({ hash, offset }: QueuedInstance, gaps: readonly Buffer[]): boolean {
    if (this.#left > 0) {
      this.#left -= 1;
      return false;
    }
    const since = this.#now();
    const isFilled = this.#spool.readNow(hash, offset, gaps);
    if (this.#now() - since > slowMs) this.#left = pause;
    return isFilled;
  }
}
