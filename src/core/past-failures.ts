import type { JobFailure } from "./job-state.ts";

/** How an attempt of a job ended. */
export interface PastFailure {
  /** From 1. */
  readonly attempt: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly code: string;
  readonly message: string;
}

/** So many of a job are kept. */
const most = 20;

/** Of so many characters is a message that is kept. */
const longestMessage = 500;

export const noFailures: readonly PastFailure[] = [];

/** The last of them, and this one. */
export function withFailure(
  before: readonly PastFailure[],
  { code, message }: JobFailure,
  { attempt, at }: Pick<PastFailure, "attempt" | "at">,
): readonly PastFailure[] {
  const kept = { attempt, at, code, message: message.slice(0, longestMessage) };
  return [...before.slice(1 - most), kept];
}
