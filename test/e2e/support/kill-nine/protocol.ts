import type { JobInfo } from "../../../../src/index.ts";

/** What a job of the kill -9 test is to do. */
export interface JobPlan {
  readonly name: string;
  /** Steps are numbered from 1; the one with this number is the last. */
  readonly steps: number;
  readonly stepMs: number;
  /** The last step succeeds, or fails for good. */
  readonly end: "success" | "failure";
  /** What step `at` answers in place of "continue"; null: nothing of the kind. */
  readonly trouble: { readonly at: number; readonly result: "retry" | "retryable" } | null;
}

/** One line of a job's own log, written and flushed before the step returns. Epoch milliseconds. */
export interface LogEntry {
  readonly name: string;
  readonly step: number;
  readonly began: number;
  readonly ended: number;
}

/** What the parent tells the child, one line each; `number` counts up. */
export type Command =
  | {
      readonly kind: "submit";
      readonly number: number;
      readonly plan: JobPlan;
      readonly priority: number;
    }
  | {
      readonly kind: "pause" | "resume" | "cancel";
      readonly number: number;
      readonly id: string;
    };

/**
 * What the child tells the parent, one line each, written before it does anything else. `logBytes`:
 * how long the database's log was then, so that what is promised here is in that part of it.
 */
export type Told =
  /** As the store had them; nothing has run yet. Null: there is no such job. */
  | { readonly event: "reloaded"; readonly jobs: Readonly<Record<string, JobInfo | null>> }
  | { readonly event: "opened"; readonly jobs: readonly JobInfo[] }
  | {
      readonly event: "answered";
      readonly number: number;
      readonly id: string;
      readonly isDone: boolean;
      readonly at: number;
      readonly logBytes: number;
    }
  | {
      readonly event: "changed";
      readonly from: JobInfo["state"];
      readonly job: JobInfo;
      readonly logBytes: number;
    }
  | ({ readonly event: "stepped" } & LogEntry);

/** The life of a child as the parent saw it, in order. */
export type Line = Told | { readonly event: "sent"; readonly command: Command };

/** What the store of the child leaves out, for runs that must fail. */
export type Sabotage =
  /** Answers every write, and writes nothing. */
  | "no commits"
  /** New jobs are written, what happens to them is not. */
  | "no changes"
  /** Nothing is written of a job while it runs. */
  | "no checkpoints";

export interface ChildOptions {
  /** Of the database and the log. */
  readonly folder: string;
  readonly durability: "full" | "process";
  /** 1, 2, …: each has a log of its own. */
  readonly life: number;
  readonly sabotage: Sabotage | null;
  /** Ids that are to be looked up before anything runs. */
  readonly known: readonly string[];
}

export const logFile = (folder: string, life: number): string => `${folder}/steps-${life}.jsonl`;

export const databaseFile = (folder: string): string => `${folder}/baton.db`;

/** SQLite's write-ahead log. */
export const writeAheadLog = (folder: string): string => `${databaseFile(folder)}-wal`;
