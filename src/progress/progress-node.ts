import type { Clock } from "../ports/clock.ts";
import { onCancel } from "./control.ts";
import type { ProgressEvent, ProgressListeners } from "./emitter.ts";
import { ProgressError } from "./errors.ts";
import type { Outcome, State } from "./life.ts";
import type { LogLevel, LogLine } from "./log-book.ts";
import { logsOf } from "./logs.ts";
import type { Node, NodeKind, NodeSetup } from "./node.ts";
import { isAmount } from "./reports.ts";
import { fractionOf, snapshotOf, type Snapshot } from "./snapshot.ts";
import type { WarningSink } from "./warnings.ts";
import { watch } from "./watch.ts";

/** What a Task, an Observer and an Aggregator can be told when they are made. */
export interface ProgressOptions {
  /**
   * False: requests to cancel it are refused, once it has begun also those that come from its parent.
   * Default: true.
   */
  readonly cancelable?: boolean;
  /** Cancels it when this aborts, with its reason. Let go of at the end. Default: none. */
  readonly signal?: AbortSignal;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Where warnings go. Default: `process.emitWarning`. */
  readonly onWarning?: WarningSink;
}

/** The options, with what has no default here. */
export type CompleteOptions = ProgressOptions &
  Required<Pick<ProgressOptions, "clock" | "onWarning">>;

let nodeOf: (of: ProgressNode) => Node | null;

/**
 * What a Task, an Observer and an Aggregator have in common: they can be looked at, listened to and
 * canceled. Belongs to the thread it was made on.
 */
export abstract class ProgressNode<out T = unknown> {
  readonly #node: Node<T>;

  static {
    nodeOf = (of) => (#node in of ? of.#node : null);
  }

  /** @throws {ProgressError} INVALID_ARGUMENT (the name is empty) */
  protected constructor(node: Node<T>) {
    this.#node = node;
  }

  /** Unique among what was made in this process. */
  get id(): string {
    return this.#node.id;
  }

  get kind(): NodeKind {
    return this.#node.kind;
  }

  get name(): string {
    return this.#node.name;
  }

  get state(): State {
    return this.#node.life.state;
  }

  /** Never more than `total`. */
  get done(): number {
    return this.#node.measure.done;
  }

  /** Null: unknown. An aggregator's is 100 for each unit of weight below it. */
  get total(): number | null {
    return this.#node.measure.total;
  }

  /** From 0 to 1, never less than before; 1 if all is done. Null: the total is unknown. */
  get fraction(): number | null {
    return fractionOf(this.#node);
  }

  /** Milliseconds that are left, from the last 15 seconds; null: it means nothing yet. */
  get etaMs(): number | null {
    return this.#node.leftMs;
  }

  /** Whether a request to cancel would be accepted now. May be changed at any time. */
  get cancelable(): boolean {
    return this.#node.isCancelable;
  }

  set cancelable(isCancelable: boolean) {
    this.#node.isCancelable = isCancelable;
  }

  /** Aborts when a request to cancel is accepted. */
  get signal(): AbortSignal {
    return this.#node.signal;
  }

  /** How it ended, when everybody was told of it. Never rejects. */
  get settled(): Promise<Outcome<T>> {
    return this.#node.settled;
  }

  /**
   * Asks it to stop. What waits is canceled at once; what runs is `canceling` until the work ends,
   * and its parts are asked too. False: it is not cancelable, or was asked already, or has ended.
   * `reason`: default a `ProgressError` CANCELED.
   */
  cancel(reason?: unknown): boolean {
    return this.#node.requestCancel(reason ?? canceledBy(this.name), false);
  }

  /**
   * Calls `listener` after each such event from now on, until it is disposed of or the end was told;
   * in the order in which things happened, on this thread, before whoever made it happen goes on. What
   * it throws is a warning, and changes nothing.
   */
  on<E extends ProgressEvent>(event: E, listener: ProgressListeners[E]): Disposable {
    return this.#node.events.on(event, listener);
  }

  /** Like `on("cancel")`, but calls `listener` at once if the request came before. */
  onCancel(listener: (reason: unknown) => void): Disposable {
    return onCancel(this.#node, listener);
  }

  /** Logs a line, in any state; its parents hear it too. The last 1,000 lines are kept. */
  log(level: LogLevel, text: string): void {
    this.#node.addLine(level, text);
  }

  /** The lines kept here and below, in the order in which they were logged. */
  logs(): readonly LogLine[] {
    return logsOf(this.#node);
  }

  /** How it stands, with everything below it, as plain JSON. */
  snapshot(): Snapshot {
    return snapshotOf(this.#node);
  }

  /**
   * How it stands now, then whenever there is something new (at most 25 times a second; a slow reader
   * misses some), at last how it ended. Of what has ended: that, once.
   */
  watch(): AsyncIterable<Snapshot> {
    return watch(this.#node);
  }

  toJSON(): Snapshot {
    return this.snapshot();
  }
}

export const canceledBy = (name: string): ProgressError =>
  new ProgressError("CANCELED", `"${name}" was asked to stop`);

/** The inside of a node. @throws {ProgressError} INVALID_ARGUMENT: it is none of this library's */
export function insideOf(of: ProgressNode): Node {
  // Who calls from JavaScript may pass anything.
  const node = typeof of === "object" && of !== null ? nodeOf(of) : null;
  if (node !== null) return node;
  throw new ProgressError("INVALID_ARGUMENT", "a part is a Task, an Observer or an Aggregator");
}

/** What a node needs, from the options of whoever makes it. */
export function setupOf(
  kind: NodeKind,
  name: string,
  total: number | null,
  { cancelable = true, clock, onWarning }: CompleteOptions,
): NodeSetup {
  if (total !== null && !isAmount(total)) {
    throw new ProgressError("INVALID_ARGUMENT", `"${name}" cannot have the total ${String(total)}`);
  }
  const surroundings = { clock, warn: onWarning };
  return { kind, name, total, isCancelable: cancelable, surroundings };
}
