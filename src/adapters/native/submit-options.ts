import {
  completeRetryPolicy,
  defaultRetryPolicy,
  type RetryPolicy,
} from "../../core/retry-policy.ts";
import type { NativeRow } from "../../native/messages.ts";

/** The retry policy of a job that native code submitted: what it left at 0 has its default. */
export function retryOf(row: NativeRow): RetryPolicy {
  if (!hasPolicy(row)) return defaultRetryPolicy;
  return completeRetryPolicy({
    ...(row.maxAttempts > 0 && { maxAttempts: row.maxAttempts }),
    ...(row.backoffFirstMs > 0 && { firstDelayMs: row.backoffFirstMs }),
    ...(row.backoffFactor > 0 && { factor: row.backoffFactor }),
    ...(row.backoffCapMs > 0 && { capMs: row.backoffCapMs }),
    jitter: row.backoffJitter,
  });
}

/** Most have none of their own, and share one. */
const hasPolicy = (row: NativeRow): boolean =>
  row.maxAttempts > 0 ||
  row.backoffFirstMs > 0 ||
  row.backoffFactor > 0 ||
  row.backoffCapMs > 0 ||
  row.backoffJitter !== 0;

/** When a job that native code submitted may start; null: at once. Epoch milliseconds. */
export function startAtOf({ startAt }: NativeRow): number | null {
  return startAt === 0 ? null : startAt;
}
