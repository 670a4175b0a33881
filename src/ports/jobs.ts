import type { Observer } from "./job-event.ts";
import type { JobInfo } from "./job.ts";
import type { PluginHost } from "./plugin.ts";

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

/** What a server or a command sees of the engine's jobs. */
export interface Jobs extends Actions {
  /** Every job, in the order of submission. */
  jobs(): readonly JobInfo[];
  /** Hears every event until the answer is disposed of. */
  observe(observer: Observer): Disposable;
}
