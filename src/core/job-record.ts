import type { JobId } from "./job-id.ts";
import type { JobFailure, JobState } from "./job-state.ts";
import type { PastFailure } from "./past-failures.ts";
import type { OutputRecord } from "./output.ts";
import type { RetryPolicy } from "./retry-policy.ts";

/**
 * All the engine knows of a job, and all a store keeps of it. Immutable: a change is a new record.
 * The payload is not in it; it belongs to the plugin's side and can be revived from `currentState`.
 */
export interface JobRecord {
  readonly id: JobId;
  /** The job type under which a plugin may have registered how to revive it. */
  readonly type: string;
  /** Name of the plugin that submitted it. */
  readonly plugin: string;
  /** Higher runs first; int32. */
  readonly priority: number;
  /** Jobs of one key share a limit of how many run at a time; null: none. */
  readonly key: string | null;
  /** It does not start before; epoch milliseconds; null: at once. */
  readonly startAt: number | null;
  /** What the submitter wants kept with it: the text of any JSON; null: nothing. */
  readonly userData: string | null;
  /** Place among equal priorities: lower runs first. Unique in a host. */
  readonly sequence: number;
  readonly state: JobState;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** When the state last changed its kind; epoch milliseconds. */
  readonly changedAt: number;
  /** Retryable failures since the last (re)submit. */
  readonly attempts: number;
  readonly lastError: JobFailure | null;
  /** How its attempts since the last (re)submit failed, oldest first, the last 20. Absent: none did. */
  readonly failures?: readonly PastFailure[];
  readonly retry: RetryPolicy;
  /** No step may take longer, in milliseconds; 0: no limit. */
  readonly stepTimeoutMs: number;
  /** Time spent in steps, in milliseconds: not queueing, not pauses, not retries. */
  readonly runtimeMs: number;
  /** Last reported progress, 0 to 1. */
  readonly progress: number;
  /** Last reported content: the text of a JSON object. */
  readonly content: string;
  /** Those that are complete, in no particular order; whoever may see them, the state says. */
  readonly outputs: readonly OutputRecord[];
  /** Whether the payload has a `reset` callback, so that it can start over. */
  readonly canReset: boolean;
  /** It was resubmitted, and `reset` has not been called yet. */
  readonly resetDue: boolean;
  /** The serialized payload at submit; null: not serializable. */
  readonly submittedState: Uint8Array | null;
  /** The serialized payload at the last checkpoint; null: not serializable. */
  readonly currentState: Uint8Array | null;
}

/** A record that no store has given its place yet. */
export type NewJobRecord = Omit<JobRecord, "sequence">;

/** What the getters of a payload last said. Copies: reading them never touches the plugin. */
export interface Snapshot {
  /** 0 to 1. */
  readonly progress: number;
  /** The text of a JSON object. */
  readonly content: string;
  /** The serialized payload; null: not serializable. */
  readonly state: Uint8Array | null;
}

/** What all new jobs share: nothing of a record ever changes. */
export const newJobState: JobState = { kind: "pending" };
export const noOutputs: readonly OutputRecord[] = [];
