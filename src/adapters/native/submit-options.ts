import { completeRetryPolicy, type RetryPolicy } from "../../core/retry-policy.ts";
import type { NativeRow } from "../../native/messages.ts";

/** The retry policy of a job that native code submitted: what it left at 0 has its default. */
export function retryOf(row: NativeRow): RetryPolicy {
  return completeRetryPolicy({
    ...(row.maxAttempts > 0 && { maxAttempts: row.maxAttempts }),
    ...(row.backoffFirstMs > 0 && { firstDelayMs: row.backoffFirstMs }),
    ...(row.backoffFactor > 0 && { factor: row.backoffFactor }),
    ...(row.backoffCapMs > 0 && { capMs: row.backoffCapMs }),
    jitter: row.backoffJitter,
  });
}

/** When a job that native code submitted may start; null: at once. Epoch milliseconds. */
export function startAtOf({ startAt }: NativeRow): number | null {
  return startAt === 0 ? null : startAt;
}
