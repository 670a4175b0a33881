import { NodeControl, type Control } from "./control.ts";
import { Node } from "./node.ts";
import {
  ProgressNode,
  setupOf,
  type CompleteOptions,
  type ProgressOptions,
} from "./progress-node.ts";
import { Reports } from "./reports.ts";

export interface ObserverOptions extends ProgressOptions {
  /** What there is to do, in whatever units; null: unknown. Default: 100. */
  readonly total?: number | null;
  /** True: it is finished as soon as `done` is the total. Default: false. */
  readonly autoFinish?: boolean;
}

let controlIn: (observer: Observer) => NodeControl;

/**
 * Follows work that is done elsewhere. Runs from its birth until `finish` or `fail`, also when it is
 * canceled: whoever does the work says when it has stopped. One that is lost before is a warning.
 */
export class Observer extends ProgressNode<void> implements Control {
  readonly #node: Node<void>;
  readonly #control: NodeControl;

  static {
    controlIn = (observer) => observer.#control;
  }

  /** @throws {ProgressError} INVALID_ARGUMENT */
  constructor(name: string, options: ObserverOptions & CompleteOptions) {
    const { total = 100, autoFinish = false } = options;
    const node = new Node<void>(setupOf("observer", name, total, options));
    super(node);
    this.#node = node;
    const end = autoFinish ? () => node.finish() : null;
    this.#control = new NodeControl(node, new Reports(node, end));
    node.start();
    node.follow(options.signal);
    lost.register(this, node, node);
  }

  report(done: number): void {
    this.#control.report(done);
  }

  advance(by?: number): void {
    this.#control.advance(by);
  }

  setTotal(total: number | null): void {
    this.#control.setTotal(total);
  }

  callback(): (done: number) => void {
    return this.#control.callback();
  }

  track<I>(items: Iterable<I>, total?: number): Iterable<I>;
  track<I>(items: AsyncIterable<I>, total?: number): AsyncIterable<I>;
  track<I>(items: Iterable<I> & AsyncIterable<I>, total?: number): Iterable<I> | AsyncIterable<I> {
    return this.#control.track(items, total);
  }

  /** The work has ended: finished, or canceled if it was asked to stop. Later calls do nothing. */
  finish(): void {
    this.#node.finish();
    lost.unregister(this.#node);
  }

  /** The work has failed; if it was asked to stop, it is canceled. Later calls do nothing. */
  fail(error: unknown): void {
    this.#node.fail(error);
    lost.unregister(this.#node);
  }
}

/** Reports to the observer without holding it: one that is lost is missed nevertheless. */
export const controlWithin = (observer: Observer): NodeControl => controlIn(observer);

/** Who holds an observer only can end it: when nobody does, it never ends. */
const lost = new FinalizationRegistry<Node<void>>((node) => {
  const { state } = node.life;
  if (state !== "running" && state !== "canceling") return;
  node.warnings.once("OBSERVER_LOST", "was lost before finish() or fail(); it will never end");
});
