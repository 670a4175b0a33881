import type { JobInfo, JsonValue, LogLevel } from "./job.ts";
import type { ProgressSnapshot } from "./progress.ts";

/** Everything the engine tells. Data; told after it is committed, in the order it happened. */
export type EngineEvent =
  | { readonly kind: "submitted"; readonly job: JobInfo }
  /** The state's kind changed, what is requested of a running job, or whether its step is detached. */
  | { readonly kind: "changed"; readonly job: JobInfo; readonly from: JobInfo["state"] }
  /** Progress or content changed; at most every 100 ms for one job. */
  | { readonly kind: "progressed"; readonly job: JobInfo }
  /** The job's tree of progress is another one: at most 25 times a second for one job, and at its end. */
  | {
      readonly kind: "reported";
      readonly id: string;
      /** Made when it is read first: as it is then. Null: the job is gone by now. */
      readonly progress: ProgressSnapshot | null;
    }
  /** The record is gone: deleted, or pushed out of the history. */
  | { readonly kind: "forgotten"; readonly id: string }
  /** A plugin, or the engine about one (`plugin` is "baton"), has something to say. */
  | {
      readonly kind: "logged";
      readonly level: LogLevel;
      readonly text: string;
      readonly plugin: string;
      /** The job it is about; null: none. */
      readonly id: string | null;
      /** What a job logged beside the text; absent: nothing. */
      readonly data?: JsonValue;
    };

/** Hears every event. What it throws is logged and changes nothing. */
export type Observer = (event: EngineEvent) => void;
