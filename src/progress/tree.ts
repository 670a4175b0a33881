import { ProgressError } from "./errors.ts";
import { hasEnded, type Outcome } from "./life.ts";
import type { Node } from "./node.ts";
import { insideOf, type ProgressNode } from "./progress-node.ts";
import { SeenNode } from "./seen-node.ts";

/**
 * A Task, an Observer or an Aggregator as somebody sees it who runs, holds and stops it from outside,
 * without its class. Belongs to the thread it was made on.
 */
export class Tree extends SeenNode {
  readonly root = null;
  readonly isShown = true;
  #isHeld = false;
  /** Asked to begin, or to go on; whoever waits for rest has not done it yet. */
  #isDue = false;
  /** Whoever waits for rest. */
  #wake: () => void = () => undefined;

  /** @throws {ProgressError} INVALID_ARGUMENT: it is none of this library's; HAS_PARENT */
  constructor(of: ProgressNode) {
    super(insideOf(of));
    const { name, parent } = this.node;
    if (parent !== null) {
      throw new ProgressError("HAS_PARENT", `"${name}" is a part of "${parent.name}"`);
    }
  }

  /** How it ended; null: it has not. */
  get outcome(): Outcome | null {
    const { life } = this.node;
    return hasEnded(life) ? life : null;
  }

  /** Has it begin, or go on after a hold: there where `rested` is awaited, or is next. */
  begin(): void {
    this.#isHeld = false;
    this.#isDue = true;
    this.#wake();
  }

  /** Begins no more parts. What runs goes on until it has ended. */
  hold(): void {
    this.#isHeld = true;
    this.#isDue = false;
    this.node.role.hold(true);
    this.#wake();
  }

  /** Asks all of it to stop. */
  stop(reason: unknown): void {
    this.node.requestCancel(reason, false);
  }

  /** Asks the node of this id, and all below it, to stop. False: it does not listen, or is not here. */
  cancel(id: string): boolean {
    return cancelBelow(this.node, id);
  }

  /**
   * Does what it was asked to begin, so that its work is inside of whatever the caller is inside of.
   * Resolves when it has ended, or is held and nothing of it that it has begun still runs.
   */
  async rested(): Promise<void> {
    this.#goOn();
    while (!hasEnded(this.node.life) && !(this.#isHeld && isQuiet(this.node, true))) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      using _ = this.node.watch(resolve);
      await promise;
      this.#goOn();
    }
    if (hasEnded(this.node.life)) await this.node.settled;
  }

  #goOn(): void {
    if (!this.#isDue) return;
    this.#isDue = false;
    this.node.role.hold(false);
    this.node.start();
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
