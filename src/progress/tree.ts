import { ProgressError } from "./errors.ts";
import { hasEnded, type Outcome } from "./life.ts";
import type { LogLine } from "./log-book.ts";
import { logsOf } from "./logs.ts";
import type { Node } from "./node.ts";
import { insideOf, type ProgressNode } from "./progress-node.ts";
import { fractionOf, snapshotWithin, type Snapshot, type SnapshotLimits } from "./snapshot.ts";

/**
 * A Task, an Observer or an Aggregator as somebody sees it who runs, holds and stops it from outside,
 * without its class. Belongs to the thread it was made on.
 */
export class Tree {
  readonly root = null;
  readonly isShown = true;
  readonly #node: Node;
  #isHeld = false;
  /** Whoever waits for rest. */
  #wake: () => void = () => undefined;

  /** @throws {ProgressError} INVALID_ARGUMENT: it is none of this library's; HAS_PARENT */
  constructor(of: ProgressNode) {
    this.#node = insideOf(of);
    const { name, parent } = this.#node;
    if (parent !== null) {
      throw new ProgressError("HAS_PARENT", `"${name}" is a part of "${parent.name}"`);
    }
  }

  get fraction(): number | null {
    return fractionOf(this.#node);
  }

  /** How it ended; null: it has not. */
  get outcome(): Outcome | null {
    const { life } = this.#node;
    return hasEnded(life) ? life : null;
  }

  snapshot(limits: SnapshotLimits): Snapshot {
    return snapshotWithin(this.#node, limits);
  }

  /** The lines kept so far, in the order in which they were logged. */
  logs(): readonly LogLine[] {
    return logsOf(this.#node);
  }

  onLog(listener: (line: LogLine) => void): Disposable {
    return this.#node.events.on("log", listener);
  }

  /** Calls `changed` at most 25 times a second while something is new, and at the end. */
  watch(changed: () => void): Disposable {
    return this.#node.watch(changed);
  }

  /** Begins, or goes on after a hold. */
  begin(): void {
    this.#hold(false);
    this.#node.start();
  }

  /** Begins no more parts. What runs goes on until it has ended. */
  hold(): void {
    this.#hold(true);
  }

  /** Asks all of it to stop. */
  stop(reason: unknown): void {
    this.#node.requestCancel(reason, false);
  }

  /** Asks the node of this id, and all below it, to stop. False: it does not listen, or is not here. */
  cancel(id: string): boolean {
    return cancelBelow(this.#node, id);
  }

  /** Resolves when it has ended, or is held and nothing of it that it has begun still runs. */
  async rested(): Promise<void> {
    while (!hasEnded(this.#node.life) && !(this.#isHeld && isQuiet(this.#node, true))) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      using _ = this.#node.watch(resolve);
      await promise;
    }
    if (hasEnded(this.#node.life)) await this.#node.settled;
  }

  #hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#node.role.hold(isHeld);
    this.#wake();
  }
}

/** Asks the node of this id at or below `from` to stop. */
export function cancelBelow(from: Node, id: string): boolean {
  const line: Node[] = [from];
  for (let node = line.pop(); node !== undefined; node = line.pop()) {
    if (node.id === id) return node.requestCancel(canceledOf(node), false);
    line.push(...node.parts);
  }
  return false;
}

const canceledOf = ({ name }: Node): ProgressError =>
  new ProgressError("CANCELED", `"${name}" was asked to stop`);

/** Whether nothing runs that was begun here. What an observer follows was begun by somebody else. */
function isQuiet({ kind, life, parts }: Node, isRoot: boolean): boolean {
  const runs = life.state === "running" || life.state === "canceling";
  switch (kind) {
    case "task":
      return !runs;
    case "observer":
      return !(runs && isRoot);
    case "aggregator":
      return parts.every((part) => isQuiet(part, false));
  }
}
