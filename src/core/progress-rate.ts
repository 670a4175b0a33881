/** What a job did earlier counts less and less: after so much time in steps a third of it, in ms. */
const memoryMs = 15_000;

/** How fast a job comes on: what it has gained in which time, the last of it most. */
export interface ProgressRate {
  /** Between 0 and 1. */
  readonly progress: number;
  /** Time in steps, in milliseconds. */
  readonly runtimeMs: number;
  readonly gained: number;
  readonly spentMs: number;
}

/** Nothing is known yet but where it stands. */
export const rateFrom = (progress: number, runtimeMs: number): ProgressRate => ({
  progress,
  runtimeMs,
  gained: 0,
  spentMs: 0,
});

/** The rate after another look at the job. What has gone back begins anew. */
export function rateAfter(
  before: ProgressRate,
  { progress, runtimeMs }: Pick<ProgressRate, "progress" | "runtimeMs">,
): ProgressRate {
  const spentMs = runtimeMs - before.runtimeMs;
  const gained = progress - before.progress;
  if (gained < 0 || spentMs < 0) return rateFrom(progress, runtimeMs);
  const kept = Math.exp(-spentMs / memoryMs);
  // Of the time between two looks, too, the beginning counts less: nobody may have looked for an hour.
  const counts = spentMs > 0 ? (memoryMs * (1 - kept)) / spentMs : 1;
  return {
    progress,
    runtimeMs,
    gained: before.gained * kept + gained * counts,
    spentMs: before.spentMs * kept + spentMs * counts,
  };
}

/** How much longer it takes at this rate, in milliseconds in steps; null: nobody can say. */
export function remainingMs({ progress, gained, spentMs }: ProgressRate): number | null {
  const isKnown = gained > 0 && spentMs > 0;
  return isKnown ? (Math.max(0, 1 - progress) * spentMs) / gained : null;
}
