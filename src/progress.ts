import { systemClock } from "./adapters/system-clock.ts";
import { Aggregator as AnyAggregator, type AggregatorOptions } from "./progress/aggregator.ts";
import { ProgressError } from "./progress/errors.ts";
import { Observer as AnyObserver, type ObserverOptions } from "./progress/observer.ts";
import { Task as AnyTask, type TaskOptions, type Work } from "./progress/task.ts";
import { workOnThread, type ThreadTaskOptions } from "./progress/threads/thread-work.ts";
import { show, type ShowOptions } from "./progress/terminal/show.ts";
import type { ProgressNode } from "./progress/progress-node.ts";
import type { ProgressWarning } from "./progress/warnings.ts";

export type { Clock, Timer } from "./ports/clock.ts";
export type { AggregatorOptions } from "./progress/aggregator.ts";
export type { Control } from "./progress/control.ts";
export type { ProgressEvent, ProgressListeners } from "./progress/emitter.ts";
export {
  ProgressError,
  progressErrorCodes,
  type ProgressErrorCode,
  type ThrownError,
} from "./progress/errors.ts";
export type { Outcome, State } from "./progress/life.ts";
export type { LogLevel, LogLine } from "./progress/log-book.ts";
export type { ObserverOptions } from "./progress/observer.ts";
export { ProgressNode, type ProgressOptions } from "./progress/progress-node.ts";
export type { Condition, Snapshot } from "./progress/snapshot.ts";
export type { TaskOptions, Work } from "./progress/task.ts";
export {
  renderTree,
  type PageSize,
  type Screen,
  type ShowMode,
  type ShowOptions,
} from "./progress/terminal/show.ts";
export { controlOf, shareControl, type SharedControl } from "./progress/threads/shared-control.ts";
export type { ThreadTaskOptions, ThreadWork } from "./progress/threads/thread-work.ts";
export { WorkerPool } from "./progress/threads/worker-pool.ts";
export type { ProgressWarning, WarningCode, WarningSink } from "./progress/warnings.ts";

/** What every option is that was not given and needs the machine. */
const machine = {
  clock: systemClock,
  onWarning: ({ code, message }: ProgressWarning): void =>
    process.emitWarning(message, { type: "ProgressWarning", code }),
};

/**
 * Work that is done here. Waits until it is run, by `run` or by the aggregator it is a part of; runs
 * once. It is finished when its function returns; `done` is `total` then.
 */
export class Task<out T = void> extends AnyTask<T> {
  /**
   * The work is a function, or that on a thread: the URL of a module that exports it as `work`, of
   * type `ThreadWork`. @throws {ProgressError} INVALID_ARGUMENT
   */
  constructor(name: string, work: Work<T>, options?: TaskOptions);
  constructor(name: string, module: URL, options: ThreadTaskOptions);
  constructor(name: string, work: Work<T> | URL, options: TaskOptions | ThreadTaskOptions = {}) {
    super(name, workOf(work, options), { ...machine, ...options });
  }
}

function workOf<T>(work: Work<T> | URL, options: TaskOptions | ThreadTaskOptions): Work<T> {
  const isForThread = "worker" in options;
  if (typeof work === "function" && !isForThread) return work;
  if (work instanceof URL && isForThread) return workOnThread<T>(work, options);
  const text = "work is a function, or the URL of a module with the option `worker`";
  throw new ProgressError("INVALID_ARGUMENT", text);
}

/**
 * Follows work that is done elsewhere. Runs from its birth until `finish` or `fail`, also when it is
 * canceled: whoever does the work says when it has stopped. One that is lost before is a warning.
 */
export class Observer extends AnyObserver {
  /** @throws {ProgressError} INVALID_ARGUMENT */
  constructor(name: string, options: ObserverOptions = {}) {
    super(name, { ...machine, ...options });
  }
}

/**
 * Work that is made of parts. Its progress is theirs, by weight; it ends when all of them have: failed
 * with an `AggregateError` if one failed, else canceled if one was, else finished.
 */
export class Aggregator extends AnyAggregator {
  /** @throws {ProgressError} INVALID_ARGUMENT */
  constructor(name: string, options: AggregatorOptions = {}) {
    super(name, { ...machine, ...options });
  }
}

/**
 * Shows in the terminal how `node` and everything below it gets on, until it has ended; resolves then.
 * Keeps no process alive, and changes nothing of the work. @throws (rejects with) what the screen threw
 */
export function showProgress(node: ProgressNode, options: ShowOptions = {}): Promise<void> {
  const { screen = process.stderr } = options;
  const color = screen === process.stderr && process.stderr.isTTY && process.stderr.hasColors();
  return show(node, { color, clock: systemClock, ...options, screen });
}
