import type { Kind, Verdict } from "../policy/failure.ts";
import type { Outcome } from "../queue/item.ts";
import { Histogram } from "./figures.ts";
import { Pace } from "./pace.ts";

/** Upper bounds in seconds: from a peer in the same room to an archive that takes its time. */
const bounds = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60];

/** Per second, over the last ten; 0 before it was looked at. */
export interface Rates {
  readonly instances: number;
  readonly bytes: number;
}

/** What one destination has done since the start. */
export class DestinationMeter {
  sent = 0;
  sentBytes = 0;
  /** Tries that failed, by the class of the failure. */
  readonly failed = new Map<Kind, number>();
  /** Instances that have become errors. */
  deadLetters = 0;
  /** How long associations, or connections, took to make; seconds. */
  readonly associations = new Histogram(bounds);
  /** From the first byte of an instance, or of a request, to its answer; seconds. */
  readonly roundTrips = new Histogram(bounds);

  readonly #paces = { instances: new Pace(), bytes: new Pace() };
  #rates: Rates = { instances: 0, bytes: 0 };

  /** `now`: monotonic milliseconds. */
  constructor(now: number = performance.now()) {
    this.look(now);
  }

  /** How fast it goes, as it was looked at last. */
  rates(): Rates {
    return this.#rates;
  }

  /** Call it every second or so. `now`: monotonic milliseconds. */
  look(now: number): void {
    const { instances, bytes } = this.#paces;
    this.#rates = {
      instances: instances.look(this.sent, now) ?? 0,
      bytes: bytes.look(this.sentBytes, now) ?? 0,
    };
  }

  /** An instance of `size` bytes was tried. */
  count(verdict: Verdict, outcome: Outcome | null, size: number): void {
    if (verdict.kind === "failed") {
      const { kind } = verdict.failure;
      this.failed.set(kind, (this.failed.get(kind) ?? 0) + 1);
    }
    if (outcome?.kind === "failed") this.deadLetters += 1;
    if (outcome?.kind !== "sent") return;
    this.sent += 1;
    this.sentBytes += size;
  }
}
