/** A limit of so many bytes per second, and what is left of it. */
export interface Bucket {
  readonly bytesPerSecond: number;
  /** Bytes that may go at once; less than 0: so many have been promised already. */
  readonly level: number;
  /** When that was; milliseconds of a clock that only goes on. */
  readonly at: number;
}

/** What was not used is kept for so long, in seconds: more would be a burst. */
const burstSeconds = 0.2;

export const fullBucket = (bytesPerSecond: number, now: number): Bucket => ({
  bytesPerSecond,
  level: bytesPerSecond * burstSeconds,
  at: now,
});

/** Takes `bytes`; they may go after `waitMs`. Whoever comes later waits for those before. */
export function take(
  { bytesPerSecond, level, at }: Bucket,
  bytes: number,
  now: number,
): { readonly bucket: Bucket; readonly waitMs: number } {
  const gained = (bytesPerSecond * Math.max(0, now - at)) / 1_000;
  const left = Math.min(bytesPerSecond * burstSeconds, level + gained) - bytes;
  const waitMs = left >= 0 ? 0 : (-left / bytesPerSecond) * 1_000;
  return { bucket: { bytesPerSecond, level: left, at: Math.max(at, now) }, waitMs };
}
