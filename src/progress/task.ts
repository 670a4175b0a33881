import { NodeControl, type Control } from "./control.ts";
import { Node, type Role } from "./node.ts";
import {
  ProgressNode,
  setupOf,
  type CompleteOptions,
  type ProgressOptions,
} from "./progress-node.ts";
import { Reports } from "./reports.ts";
import { Runs } from "./runs.ts";

/** The work of a task. What it returns is the task's value; what it throws is its failure. */
export type Work<T> = (control: Control) => T | PromiseLike<T>;

export interface TaskOptions extends ProgressOptions {
  /** What there is to do, in whatever units; null: unknown. Default: 100. */
  readonly total?: number | null;
}

/**
 * Work that is done here. Waits until it is run, by `run` or by the aggregator it is a part of; runs
 * once. It is finished when its function returns; `done` is `total` then.
 */
export class Task<out T = void> extends ProgressNode<T> {
  readonly #runs: Runs<T>;

  /** @throws {ProgressError} INVALID_ARGUMENT */
  constructor(name: string, work: Work<T>, options: TaskOptions & CompleteOptions) {
    const { total = 100 } = options;
    const node = new Node<T>(setupOf("task", name, total, options));
    super(node);
    node.role = new Performer(node, work);
    this.#runs = new Runs(node);
    node.follow(options.signal);
  }

  /**
   * Begins, synchronously, unless it has begun; every call answers the same promise of the value.
   * Nobody need look at it. @throws (rejects with) what the work threw, or the reason of a cancel
   */
  run(): Promise<T> {
    return this.#runs.run();
  }
}

class Performer<T> implements Role {
  readonly #node: Node<T>;
  /** Null once it was called: what it holds is free then. */
  #work: Work<T> | null;

  constructor(node: Node<T>, work: Work<T>) {
    this.#node = node;
    this.#work = work;
  }

  start(): void {
    const [node, work] = [this.#node, this.#work];
    this.#work = null;
    if (work === null) return;
    try {
      const value = work(new NodeControl(node, new Reports(node, null)));
      if (!isPromiseLike(value)) {
        node.finish(value);
        return;
      }
      // Promise.resolve: a promise of somebody else's may call back twice, or throw.
      Promise.resolve(value).then(
        (result) => node.finish(result),
        (error: unknown) => node.fail(error),
      );
    } catch (error) {
      node.fail(error);
    }
  }

  canceled(): void {
    // The work is told by its signal.
    if (this.#node.life.state === "canceled") this.#work = null;
  }

  partEnded(): void {
    // It has no parts.
  }

  hold(): void {
    // What has begun goes on.
  }
}

const isPromiseLike = <T>(value: T | PromiseLike<T>): value is PromiseLike<T> =>
  typeof (value as PromiseLike<T> | null)?.then === "function";
