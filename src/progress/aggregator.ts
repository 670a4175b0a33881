import { Crew } from "./crew.ts";
import { ProgressError } from "./errors.ts";
import { joining } from "./joining.ts";
import { Node } from "./node.ts";
import {
  ProgressNode,
  setupOf,
  type CompleteOptions,
  type ProgressOptions,
} from "./progress-node.ts";
import { Runs } from "./runs.ts";

export interface AggregatorOptions extends ProgressOptions {
  /**
   * How many parts that it starts run at a time; observers, and tasks that somebody else started, run
   * anyway. Default: "parallel", all of them.
   */
  readonly concurrency?: "parallel" | "sequential" | number;
  /** What the failure of one part does to the others. Default: "cancel-siblings". */
  readonly onFailure?: "cancel-siblings" | "continue";
}

/**
 * Work that is made of parts. Its progress is theirs, by weight; it ends when all of them have: failed
 * with an `AggregateError` if one failed, else canceled if one was, else finished.
 */
export class Aggregator extends ProgressNode<void> {
  readonly #node: Node<void>;
  readonly #crew: Crew;
  readonly #runs: Runs<void>;
  readonly #parts: ProgressNode[] = [];

  /** @throws {ProgressError} INVALID_ARGUMENT */
  constructor(name: string, options: AggregatorOptions & CompleteOptions) {
    const { concurrency = "parallel", onFailure = "cancel-siblings" } = options;
    const node = new Node<void>(setupOf("aggregator", name, 0, options));
    super(node);
    this.#node = node;
    this.#crew = new Crew(node, {
      places: placesOf(concurrency),
      stopsOnFailure: onFailure === "cancel-siblings",
    });
    node.role = this.#crew;
    this.#runs = new Runs(node);
    node.follow(options.signal);
  }

  /** In the order in which they were added. */
  get parts(): readonly ProgressNode[] {
    return [...this.#parts];
  }

  /**
   * Makes `part` a part, for ever, and answers it. `weight`: its share against that of the others; it
   * adds 100 times that to the total, rounded. While the aggregator runs the part is run, with a
   * warning because the bar may stand still meanwhile; while it stops the part is canceled.
   * @throws {ProgressError} INVALID_ARGUMENT (`weight` is not finite or below 0.01, `part` is none);
   * CYCLE; HAS_PARENT; WRONG_STATE (the aggregator has ended); TOO_DEEP (above 100 levels)
   */
  add<P extends ProgressNode>(part: P, weight: number = 1): P {
    const { node, units } = joining(this.#node, part, weight);
    if (this.state !== "waiting") {
      this.#node.warnings.once("CHILD_ADDED_LATE", "got another part while it was running");
    }
    this.#parts.push(part);
    this.#node.adopt(node, weight, units);
    this.#crew.joined(node);
    return part;
  }

  /**
   * Begins its parts, unless it has begun; every call answers the same promise. Without parts it is
   * finished at once: an observer as a part holds it open while parts are looked for. Nobody need
   * look at the promise. @throws (rejects with) the AggregateError, or the reason of a cancel
   */
  run(): Promise<void> {
    return this.#runs.run();
  }
}

function placesOf(concurrency: "parallel" | "sequential" | number): number {
  if (concurrency === "parallel") return Infinity;
  if (concurrency === "sequential") return 1;
  if (Number.isInteger(concurrency) && concurrency > 0) return concurrency;
  const text = `"parallel", "sequential" or a number from 1, not ${String(concurrency)}`;
  throw new ProgressError("INVALID_ARGUMENT", `concurrency is ${text}`);
}
