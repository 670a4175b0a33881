import { defaultRetryPolicy, type RetryPolicy } from "../../core/retry-policy.ts";
import type { NativeRow } from "../../native/messages.ts";

/** The retry policy of a job that native code submitted: what it left at 0 has its default. */
export function retryOf(row: NativeRow): RetryPolicy {
  return {
    maxAttempts: row.maxAttempts || defaultRetryPolicy.maxAttempts,
    firstDelayMs: row.backoffFirstMs || defaultRetryPolicy.firstDelayMs,
    factor: row.backoffFactor || defaultRetryPolicy.factor,
    capMs: row.backoffCapMs || defaultRetryPolicy.capMs,
    jitter: row.backoffJitter,
  };
}
