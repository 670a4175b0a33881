import type { Destination } from "../destinations/destination.ts";
import { SpoolFull, type Spool } from "../spool/spool.ts";
import { timestamp } from "../timestamp.ts";
import type { Condition } from "./alerts.ts";

/** Errors that nobody has looked at for so long are told of, in milliseconds; and looked for so often. */
const oldErrorMs = 30 * 86_400_000;
const lookMs = 3_600_000;

/** What of a queue somebody should know. */
export class Conditions {
  readonly #spool: Spool;
  readonly #destinations: Iterable<Destination>;
  readonly #countOld: (before: number) => Promise<number>;
  #old = 0;
  #lowSince: number | null = null;
  #lookedAt = -Infinity;

  /** `countOld`: how many errors are as they were since then. */
  constructor(
    spool: Spool,
    destinations: Iterable<Destination>,
    countOld: (before: number) => Promise<number>,
  ) {
    this.#spool = spool;
    this.#destinations = destinations;
    this.#countOld = countOld;
  }

  async now(now: number): Promise<readonly Condition[]> {
    return [
      ...[...this.#destinations].flatMap((destination) => ofDestination(destination)),
      ...(await this.#ofDisk(now)),
      ...(await this.#ofOldErrors(now)),
    ];
  }

  async #ofDisk(now: number): Promise<readonly Condition[]> {
    try {
      await this.#spool.checkRoom();
      this.#lowSince = null;
      return [];
    } catch (error) {
      if (!(error instanceof SpoolFull)) throw error;
      this.#lowSince ??= now;
      const details = { Details: error.message };
      return [{ event: "disk-low", destination: null, state: `since ${this.#lowSince}`, details }];
    }
  }

  async #ofOldErrors(now: number): Promise<readonly Condition[]> {
    if (now - this.#lookedAt >= lookMs) {
      this.#lookedAt = now;
      this.#old = await this.#countOld(now - oldErrorMs);
    }
    if (this.#old === 0) return [];
    const days = oldErrorMs / 86_400_000;
    const details = { Count: this.#old, OlderThanDays: days };
    return [{ event: "dead-letter", destination: null, state: `old ${this.#old}`, details }];
  }
}

function ofDestination({ target, breaker, meter }: Destination): readonly Condition[] {
  const destination = target.name;
  const conditions: Condition[] = [];
  if (breaker.kind === "open") {
    const { since, why } = breaker;
    const details = {
      Since: timestamp(since),
      ErrorCode: why.code,
      ErrorDetails: why.sentence,
    };
    conditions.push({ event: "destination-down", destination, state: `since ${since}`, details });
  }
  if (meter.deadLetters > 0) {
    const details = { Count: meter.deadLetters };
    const state = String(meter.deadLetters);
    conditions.push({ event: "dead-letter", destination, state, details });
  }
  return conditions;
}
