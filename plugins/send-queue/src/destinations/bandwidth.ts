import { setTimeout as delay } from "node:timers/promises";
import { fullBucket, take, type Bucket } from "../policy/token-bucket.ts";

/** A limit of bytes per second that several associations share. */
export class Bandwidth {
  readonly #now: () => number;
  #bucket: Bucket;

  /** `now`: milliseconds of a clock that only goes on. */
  constructor(bytesPerSecond: number, now = (): number => performance.now()) {
    this.#now = now;
    this.#bucket = fullBucket(bytesPerSecond, now());
  }

  /** After how many milliseconds these bytes may go out. They are counted whether they do or not. */
  take(bytes: number): number {
    const { bucket, waitMs } = take(this.#bucket, bytes, this.#now());
    this.#bucket = bucket;
    return waitMs;
  }
}

/** Resolves when all of `limits` let `bytes` pass. @throws {Error} AbortError, as soon as `signal` says so */
export async function pass(
  limits: readonly Bandwidth[],
  bytes: number,
  signal: AbortSignal,
): Promise<void> {
  const waitMs = Math.max(0, ...limits.map((limit) => limit.take(bytes)));
  if (waitMs > 0) await delay(waitMs, undefined, { signal });
}
