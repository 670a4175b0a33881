import type { JobId } from "../core/job-id.ts";
import type { JobInfo } from "./job.ts";

/**
 * Who answers what is known of a job without asking the engine. A job that is submitted or starts
 * is known there already; what happens to it else is shown as soon as it is committed.
 */
export interface Mirror {
  /** `info` is made only if somebody wants it. */
  show(id: JobId, plugin: string, info: () => JobInfo): void;
  /** Nobody knows the job any more. */
  forget(id: JobId, plugin: string): void;
}
