import type { JobId } from "../core/job-id.ts";
import type { RunListener, RunOrder } from "./runner.ts";

/**
 * Jobs that enter the list without being admitted. The engine hears of them when it asks
 * (`Slots.catchUp`), or when something happens to them that it has to decide.
 */
export interface Lane {
  /**
   * Closed to begin with. It may be open only while no other job waits to be admitted, and nobody
   * wants to hear what happens to jobs. Closing it has the engine hear of all that there are.
   * `room`: so many with a state may wait in it; with one more the engine hears of all.
   */
  open(isOpen: boolean, room: number): void;
  /** A new job, with its payload, that stands in the list already, or has stood there. */
  adopt(id: JobId): void;
}

/**
 * The ready list and the slots. The engine admits orders; whenever a slot is free the first of
 * them, by priority and sequence, gets it and runs. An entry leaves the list when its run begins.
 */
export interface Slots {
  /** Null: whatever runs was admitted. */
  readonly lane: Lane | null;
  /** Says who hears of runs. REQUIRES: called once, before anything else. */
  open(listener: RunListener): void;
  /**
   * Tells the listener what has happened and is not told yet. Every call of the engine does this
   * first, so that nobody is answered from the past.
   */
  catchUp(): void;
  /**
   * Whether anybody hears how far runs are as they go on, as is so to begin with; else it is enough to
   * tell it when it is asked for (`catchUp`).
   */
  observed(isObserved: boolean): void;
  /** Whether the runs of this plugin's jobs bring checkpoints to the store themselves. */
  savesItself(plugin: string): boolean;
  /** Entries that were admitted and stand in the list, not begun. At most `maxAdmitted` (core/limits.ts). */
  readonly admitted: number;
  /** The jobs that stand in the list or have begun. */
  ids(): readonly JobId[];
  /** Puts an order into the list. REQUIRES: admitted < maxAdmitted. */
  admit(order: RunOrder): void;
  /** The admitted order that would run last; null: the list is empty. */
  last(): RunOrder | null;
  /**
   * Asks for a job to be paused, canceled, or taken out of the list again (recall).
   * `removed`: it stood in the list and is out of it; nothing of it was called.
   * `begun`: it runs (or its end is on the way to the listener) and has been told.
   * `absent`: neither.
   */
  request(id: JobId, request: "pause" | "cancel" | "recall"): "removed" | "begun" | "absent";
  /** Takes a pause of a running job back, if it is not honoured yet. */
  takeBack(id: JobId): void;
  /**
   * Begins nothing more, asks all runs to stop (`closing`), and resolves when they have ended or
   * after `drainMs`, whichever is first, with the ids of those that still step.
   */
  close(drainMs: number): Promise<readonly JobId[]>;
}
