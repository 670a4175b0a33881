import {
  Aggregator,
  Observer,
  Task,
  type AggregatorOptions,
  type ObserverOptions,
  type ProgressNode,
  type ProgressWarning,
  type State,
  type TaskOptions,
  type WarningCode,
  type Work,
} from "../../../src/progress.ts";
import { FakeClock } from "../../../src/testing/fake-clock.ts";

/** Makes tasks, observers and aggregators that share a clock which stands still, and keeps warnings. */
export class Lab {
  readonly clock = new FakeClock();
  readonly warnings: ProgressWarning[] = [];
  readonly #common = {
    clock: this.clock,
    onWarning: (warning: ProgressWarning): void => void this.warnings.push(warning),
  };

  task<T = void>(name: string, work: Work<T>, options: TaskOptions = {}): Task<T> {
    return new Task(name, work, { ...this.#common, ...options });
  }

  observer(name: string, options: ObserverOptions = {}): Observer {
    return new Observer(name, { ...this.#common, ...options });
  }

  aggregator(name: string, options: AggregatorOptions = {}): Aggregator {
    return new Aggregator(name, { ...this.#common, ...options });
  }

  /** What was warned of, as "name: CODE". */
  get warned(): readonly string[] {
    return this.warnings.map(
      ({ name, code }: { name: string; code: WarningCode }) => `${name}: ${code}`,
    );
  }
}

/** The states that a listener hears of from now on. */
export function statesOf(node: ProgressNode): readonly State[] {
  const states: State[] = [];
  node.on("state", (state) => states.push(state));
  return states;
}

/** Work that goes on until it is asked to stop, and then throws the reason. */
export const untilCanceled: Work<never> = (control) =>
  new Promise((_, reject) => void control.onCancel(reject));

/** Resolves when something of the task is done. */
export const begun = (task: ProgressNode): Promise<void> =>
  new Promise((resolve) => {
    task.on("done", () => resolve());
  });
