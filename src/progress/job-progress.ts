import { joining } from "./joining.ts";
import { Node, type Surroundings } from "./node.ts";
import type { ProgressNode } from "./progress-node.ts";
import { SeenNode } from "./seen-node.ts";
import { fractionOf } from "./snapshot.ts";
import { cancelBelow } from "./tree.ts";

let insideOfJob: (progress: JobProgress) => Node;

/**
 * The root of the tree of a job, over all its steps. Its parts are the job's: the steps run them, and
 * the job ends by what a step returns, not by what its parts become. Belongs to the thread of the job.
 */
export class JobProgress {
  readonly #node: Node<void>;
  readonly #parts: ProgressNode[] = [];

  static {
    insideOfJob = (progress) => progress.#node;
  }

  constructor(name: string, surroundings: Surroundings) {
    const setup = { kind: "aggregator", total: 0, isCancelable: true } as const;
    this.#node = new Node<void>({ ...setup, name, surroundings });
  }

  /** In the order in which they were added. */
  get parts(): readonly ProgressNode[] {
    return [...this.#parts];
  }

  /** From 0 to 1, by weight; 0 as long as there are no parts. */
  get fraction(): number {
    return fractionOf(this.#node) ?? 0;
  }

  /**
   * Makes `part` a part, for ever, and answers it. From then on the parts are the job's progress, and
   * no `setProgress` or `getProgress`. `weight`: its share against that of the others, from 0.01. Nobody
   * runs a task or an aggregator but you: `await part.run()`.
   * @throws {ProgressError} INVALID_ARGUMENT (`weight` is not finite or below 0.01, `part` is none);
   * CYCLE; HAS_PARENT; TOO_DEEP (above 100 levels)
   */
  add<P extends ProgressNode>(part: P, weight: number = 1): P {
    const { node, units } = joining(this.#node, part, weight);
    this.#parts.push(part);
    this.#node.adopt(node, weight, units);
    return part;
  }
}

/** A job's root as whoever runs the job sees it. */
export class JobTree extends SeenNode {
  readonly root: JobProgress;

  constructor(progress: JobProgress) {
    super(insideOfJob(progress));
    this.root = progress;
  }

  /** Whether there is more to show than a number. */
  get isShown(): boolean {
    return this.node.parts.length > 0;
  }

  begin(): void {
    this.node.start();
  }

  hold(): void {
    // The steps begin the parts, and hear of a pause themselves.
  }

  /** Asks the parts to stop that there are; the job itself decides what comes next. */
  stop(reason: unknown): void {
    for (const part of this.node.parts) part.requestCancel(reason, true);
  }

  cancel(id: string): boolean {
    return this.node.parts.some((part) => cancelBelow(part, id));
  }
}
