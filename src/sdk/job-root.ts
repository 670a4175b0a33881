import { systemClock } from "../adapters/system-clock.ts";
import { JobProgress, JobTree } from "../progress/job-progress.ts";

/** The root of a job that wants one before its first step. */
export function newRoot(name: string): JobProgress {
  // Only its parts can be used wrongly, and they warn by themselves.
  return new JobProgress(name, { clock: systemClock, warn: () => undefined });
}

export const treeOfRoot = (root: JobProgress): JobTree => new JobTree(root);
