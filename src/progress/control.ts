import { hasEnded } from "./life.ts";
import type { LogLevel } from "./log-book.ts";
import type { Node } from "./node.ts";
import type { Reports } from "./reports.ts";
import { trackComing, trackEach } from "./track.ts";

/**
 * What the work is given to say how far it is. Nothing of it throws or waits: a wrong number is a
 * warning. Belongs to the thread it was made on; what `callback()` answers may be called after the end.
 */
export interface Control {
  /** Aborts when the work is to stop; hand it to whatever takes an AbortSignal. */
  readonly signal: AbortSignal;
  /** So much of the total is done, of all. Less than before is ignored, more than the total is cut. */
  report(done: number): void;
  /** So much more is done; default 1. */
  advance(by?: number): void;
  /** So much there is to do; null: unknown. What was shown stays until more than that is done. */
  setTotal(total: number | null): void;
  /** Logs a line; its parents hear it too. */
  log(level: LogLevel, text: string): void;
  /** Calls `listener` when the work is to stop; at once if it is already. What it throws is a warning. */
  onCancel(listener: (reason: unknown) => void): Disposable;
  /** `report` as a function to hand to foreign code. After the end it does nothing. */
  callback(): (done: number) => void;
  /**
   * Yields the items and counts each when the next is wanted. The total becomes `total`, else the size
   * of an array, set or map, else unknown. @throws the reason, when the work is to stop
   */
  track<I>(items: Iterable<I>, total?: number): Iterable<I>;
  track<I>(items: AsyncIterable<I>, total?: number): AsyncIterable<I>;
}

let nodeIn: (control: NodeControl) => Node;

/** The control of a task. */
export class NodeControl implements Control {
  readonly #node: Node;
  readonly #reports: Reports;

  static {
    nodeIn = (control) => control.#node;
  }

  constructor(node: Node, reports: Reports) {
    this.#node = node;
    this.#reports = reports;
  }

  get signal(): AbortSignal {
    return this.#node.signal;
  }

  report(done: number): void {
    this.#reports.report(done);
  }

  advance(by: number = 1): void {
    this.#reports.advance(by);
  }

  setTotal(total: number | null): void {
    this.#reports.resize(total);
  }

  log(level: LogLevel, text: string): void {
    this.#node.addLine(level, text);
  }

  onCancel(listener: (reason: unknown) => void): Disposable {
    return onCancel(this.#node, listener);
  }

  callback(): (done: number) => void {
    return callbackOf(this.#node, this.#reports);
  }

  track<I>(items: Iterable<I>, total?: number): Iterable<I>;
  track<I>(items: AsyncIterable<I>, total?: number): AsyncIterable<I>;
  track<I>(items: Iterable<I> | AsyncIterable<I>, total?: number): Iterable<I> | AsyncIterable<I> {
    const size = total ?? null;
    if (Symbol.asyncIterator in items) return trackComing(this, items, size);
    return trackEach(this, items, size);
  }
}

/** Listens, or calls at once when the request came before. */
export function onCancel(node: Node, listener: (reason: unknown) => void): Disposable {
  const { request, events } = node;
  if (request === null) return events.on("cancel", listener);
  events.replay("cancel", listener, request.reason);
  return { [Symbol.dispose]: () => undefined };
}

/** Holds the inside of the node only: who has nothing but this cannot end an observer. */
export function callbackOf(node: Node, reports: Reports): (done: number) => void {
  return (done) => {
    if (!hasEnded(node.life)) reports.report(done);
  };
}

/** The inside of the node that a control of this file reports to. */
export function nodeOfControl(control: Control): Node {
  if (control instanceof NodeControl) return nodeIn(control);
  throw new TypeError("this is not the control of a task");
}
