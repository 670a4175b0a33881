/** How often a retryable failure is tried again, and how long after the failure. */
export interface RetryPolicy {
  /** Runs that may fail, the first one included. At least 1. Default 1: no retry. */
  readonly maxAttempts: number;
  /** Delay after the first failure, in milliseconds. Default 1,000. */
  readonly firstDelayMs: number;
  /** Each delay is the one before times this. At least 1. Default 2. */
  readonly factor: number;
  /** No delay is longer, in milliseconds. Default 3,600,000 (an hour). */
  readonly capMs: number;
  /** Share of the delay that is random, 0 to 1: 0.2 means 80 % to 100 % of it. Default 0. */
  readonly jitter: number;
}

export const defaultRetryPolicy: RetryPolicy = {
  maxAttempts: 1,
  firstDelayMs: 1_000,
  factor: 2,
  capMs: 3_600_000,
  jitter: 0,
};

/** A policy of which only some parts are given; the others have their defaults, made to fit. */
export function completeRetryPolicy(given: Partial<RetryPolicy>): RetryPolicy {
  const longest = given.capMs ?? Math.max(defaultRetryPolicy.capMs, given.firstDelayMs ?? 0);
  const firstDelayMs = Math.min(defaultRetryPolicy.firstDelayMs, longest);
  return { ...defaultRetryPolicy, firstDelayMs, capMs: longest, ...given };
}

/**
 * The delay in milliseconds after the `failures`-th failure (1 is the first).
 * `random` is in [0, 1) and comes from the caller, so that the function stays pure.
 */
export function retryDelayMs(policy: RetryPolicy, failures: number, random: number): number {
  // Bounded, because 0 times infinity is no number.
  const growth = Math.min(policy.factor ** Math.max(0, failures - 1), Number.MAX_VALUE);
  const grown = policy.firstDelayMs * growth;
  const delay = Math.min(grown, policy.capMs);
  return Math.round(delay * (1 - policy.jitter * random));
}

/** What is wrong with a policy, in words for its author; null: nothing. */
export function faultOf(policy: RetryPolicy): string | null {
  if (!Number.isInteger(policy.maxAttempts)) return "maxAttempts must be a whole number";
  for (const [name, least, most] of ranges) {
    const value = policy[name];
    // Not `value < least`: NaN is in no range.
    if (!(value >= least && value <= most))
      return `${name} must be ${least} to ${most}, not ${value}`;
  }
  if (policy.firstDelayMs <= policy.capMs) return null;
  return `firstDelayMs (${policy.firstDelayMs}) must not be above capMs (${policy.capMs})`;
}

/** A hundred years: longer than any job lives, and dates stay representable. */
export const longestDelayMs = 3_155_760_000_000;

const ranges: readonly (readonly [keyof RetryPolicy, number, number])[] = [
  ["maxAttempts", 1, 1_000_000],
  ["firstDelayMs", 0, longestDelayMs],
  ["factor", 1, 1_000],
  ["capMs", 0, longestDelayMs],
  ["jitter", 0, 1],
];
