import type { JobInfo } from "../../../../src/index.ts";
import type { Past } from "./past.ts";
import type { LogEntry } from "./protocol.ts";

/** A promise that was not kept. */
export interface Problem {
  readonly kind: "lost" | "ended twice" | "not held" | "wrong state" | "wrong step" | "order";
  readonly text: string;
}

/** Everything about one job that was still there after the kill. */
export interface Case extends Past {
  /** As it was read back, before anything ran. */
  readonly reloaded: JobInfo;
  /** What it wrote itself, before the kill and after it. */
  readonly before: readonly LogEntry[];
  readonly after: readonly LogEntry[];
  /** How its state changed after the kill. */
  readonly changes: readonly JobInfo[];
  /** That began before anybody resumed it in the new life. */
  readonly wentOnUnasked: boolean;
  readonly killedAt: number;
  /** Of all jobs before the kill: one step runs over any limit, on this machine so far. */
  readonly longestStepMs: number;
}

/** The last that is known of it. */
export const lastOf = ({ changes, reloaded }: Case): JobInfo => changes.at(-1) ?? reloaded;

export const lengthOf = ({ began, ended }: LogEntry): number => ended - began;
