import type { JobId } from "../core/job-id.ts";

/** Where identity and chance come from. */
export interface Ids {
  /** A new random UUID (version 4). */
  jobId(): JobId;
  /** Uniform in [0, 1); for retry jitter. */
  random(): number;
}
