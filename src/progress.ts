import { systemClock } from "./adapters/system-clock.ts";
import { Aggregator as AnyAggregator, type AggregatorOptions } from "./progress/aggregator.ts";
import { Observer as AnyObserver, type ObserverOptions } from "./progress/observer.ts";
import { Task as AnyTask, type TaskOptions, type Work } from "./progress/task.ts";
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
  /** @throws {ProgressError} INVALID_ARGUMENT */
  constructor(name: string, work: Work<T>, options: TaskOptions = {}) {
    super(name, work, { ...machine, ...options });
  }
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
