import type { JobProgress } from "../progress/job-progress.ts";
import type { LogLine } from "../progress/log-book.ts";
import type { Snapshot, SnapshotLimits } from "../progress/snapshot.ts";

export type { JobProgress };
export type { Condition, Snapshot as ProgressSnapshot } from "../progress/snapshot.ts";

/**
 * The tree of a job's progress as whoever runs the job sees it: a Task, an Observer or an Aggregator
 * that was submitted, or the root of a job. Belongs to the thread of the job.
 */
export interface ProgressTree {
  /** The root of a job; null: what was submitted is the tree itself. */
  readonly root: JobProgress | null;
  /** Whether there is more to show than a number. */
  readonly isShown: boolean;
  /** From 0 to 1; null: not known. */
  readonly fraction: number | null;
  snapshot(limits: SnapshotLimits): Snapshot;
  /** The lines logged so far that are kept. */
  logs(): readonly LogLine[];
  onLog(listener: (line: LogLine) => void): Disposable;
  /** Calls `changed` at most 25 times a second while something is new, and at the end. */
  watch(changed: () => void): Disposable;
  /** A run of the job begins, or its pause was taken back. */
  begin(): void;
  /** The job is asked to pause: begins no more parts by itself. */
  hold(): void;
  /** The job is asked to cancel, or cannot go on: so is what runs of the tree. */
  stop(reason: unknown): void;
  /** Asks one branch to stop. False: it is not cancelable, was asked already, or is not there. */
  cancel(node: string): boolean;
}
