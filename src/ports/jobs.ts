import type { StateCounts } from "../core/job-counts.ts";
import type { Observer } from "./job-event.ts";
import type { JobInfo, JobLogEntry, JobOutput, JsonObject, SubmitOptions } from "./job.ts";
import type { PluginHost } from "./plugin.ts";
import type { ProgressSnapshot } from "./progress.ts";

type Actions = Pick<
  PluginHost,
  | "cancelJob"
  | "pauseJob"
  | "resumeJob"
  | "resubmitJob"
  | "deleteJob"
  | "setPriority"
  | "jobInfo"
  | "waitJob"
>;

/** A job that somebody wants who has no plugin. */
export interface JobWish {
  readonly type: string;
  /** Whose type it is; null: there is only one of this name. */
  readonly plugin: string | null;
  readonly content: JsonObject;
}

/** What a server or a command sees of the engine's jobs. */
export interface Jobs extends Actions {
  /** Every job, in the order of submission. */
  jobs(): readonly JobInfo[];
  /** How many of them are in which state: of all, and of each type of which there are any. Changes as they do. */
  jobCounts(): {
    readonly total: StateCounts;
    readonly byType: ReadonlyMap<string, StateCounts>;
  };
  /** Their ids alone, in the same order: what is known of many jobs is much. */
  jobIds(): readonly string[];
  /**
   * What the job has logged since it was submitted, as far as it is kept: the last 1,000 lines, oldest
   * first, those of a run before a resubmit too. Not saved: after a restart the log is empty.
   * `after`: only lines with a higher number. Default 0. @throws {JobEngineError} NOT_FOUND
   */
  jobLogs(id: string, after?: number): readonly JobLogEntry[];
  /**
   * How far the job is, with everything below it: of a job that has no tree, a root made of its type and
   * progress. The last tree of a finished job stays as long as there is memory for it, and the host runs.
   * @throws {JobEngineError} NOT_FOUND
   */
  jobProgress(id: string): ProgressSnapshot;
  /**
   * Asks one branch of that tree to stop, with all below it; "0", or the root's own id, is the job. One
   * that has ended, or was asked before, is left as it is.
   * @throws {JobEngineError} NOT_FOUND (the job, or the node); WRONG_STATE (it is not cancelable); CLOSING
   */
  cancelBranch(id: string, node: string): Promise<void>;
  /** An output of a succeeded job. @throws {JobEngineError} NOT_FOUND */
  jobOutput(id: string, key: string): JobOutput;
  /** Removes an output of a succeeded job. @throws {JobEngineError} NOT_FOUND, CLOSING, STORE_FAILED */
  deleteOutput(id: string, key: string): Promise<void>;
  /**
   * Has a plugin make a job of its type from content, and submits it; resolves with its id when it is
   * safe. On any rejection nothing has happened. `roomWaitMs`: if too many jobs wait, wait for room no
   * longer than this, then QUEUE_FULL. @throws {JobEngineError} as PluginHost.submitJob;
   * INVALID_ARGUMENT: no such type, or none whose jobs can be made so, or the plugin will not have this
   * content; PLUGIN_CRASHED: the plugin will be back; INTERNAL: it failed
   */
  createJobFrom(wish: JobWish, options?: SubmitOptions, roomWaitMs?: number): Promise<string>;
  /** Hears every event until the answer is disposed of. */
  observe(observer: Observer): Disposable;
}
