import type { JobId } from "../core/job-id.ts";
import type { JobRecord } from "../core/job-record.ts";
import type { Observer } from "./job-event.ts";
import type { JobInfo, LogLevel } from "./job.ts";
import type { Creator } from "./plugin.ts";
import type { Payload } from "./runner.ts";

/** What somebody who does not call in JavaScript asks of the engine about one job. */
export type OutsideCall =
  | { readonly kind: "cancel" | "pause" | "resume" | "resubmit" | "delete" }
  | { readonly kind: "set-priority"; readonly priority: number };

/** The engine's door for plugins whose calls come through a queue instead of a call. */
export interface Outside {
  /**
   * The job is the engine's already, and committed if it had to be. `admitted`: it came by the lane
   * of the slots. `awaited`: see SubmitOptions.
   */
  submitted(
    record: JobRecord,
    payload: Payload,
    how: { readonly admitted: boolean; readonly awaited: boolean },
  ): void;
  /** A job that came by the lane, and has succeeded; nothing is left of its payload. */
  lived(record: JobRecord): void;
  /** Jobs of this type may start. */
  typeRegistered(plugin: string, type: string): void;
  /** Jobs of this registered type can be made from content. */
  creatorRegistered(plugin: string, type: string, create: Creator): void;
  /** From the message on that is being handled; what has happened before it was not for this observer. */
  listen(observer: Observer): Disposable;
  log(plugin: string, level: LogLevel, text: string, id?: string | null): void;
  /**
   * Applies the call before it returns; the answer resolves when that is committed.
   * @throws {JobEngineError} NOT_FOUND, WRONG_STATE, CLOSING: nothing happened
   */
  call(id: string, call: OutsideCall): Promise<void>;
  /** What the job showed last: the text of a JSON object. */
  contentOf(id: JobId): string;
  /** @throws {JobEngineError} NOT_FOUND */
  jobInfo(id: string): JobInfo;
  /** Resolves when the job is finished. @throws {JobEngineError} NOT_FOUND, CLOSING; or `signal.reason` */
  waitJob(id: string, options: { readonly signal: AbortSignal }): Promise<JobInfo>;
}
