import { Crew } from "./crew.ts";
import { ProgressError } from "./errors.ts";
import { hasEnded } from "./life.ts";
import { Node } from "./node.ts";
import {
  ProgressNode,
  insideOf,
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

/** The smallest weight: a hundredth of the usual one, that is one unit of the total. */
const leastWeight = 0.01;

/** What is done level by level has to fit on the stack of whoever reports, also of a deep one. */
const mostLevels = 100;

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
    const node = insideOf(part);
    if (!(weight >= leastWeight && weight < Infinity)) {
      const text = `"${node.name}" cannot have the weight ${String(weight)}`;
      throw new ProgressError("INVALID_ARGUMENT", `${text}; it is finite, and at least 0.01`);
    }
    this.#refuse(node);
    if (this.state !== "waiting") {
      this.#node.warnings.once("CHILD_ADDED_LATE", "got another part while it was running");
    }
    this.#parts.push(part);
    this.#node.adopt(node, weight, Math.round(100 * weight));
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

  /** Throws if the node cannot become a part. */
  #refuse(part: Node): void {
    let levels = part.height;
    for (let at: Node | null = this.#node; at !== null; at = at.parent) {
      levels += 1;
      if (at !== part) continue;
      throw new ProgressError("CYCLE", `"${this.name}" is "${part.name}", or below it`);
    }
    if (part.parent !== null) {
      throw new ProgressError("HAS_PARENT", `"${part.name}" is a part of "${part.parent.name}"`);
    }
    if (hasEnded(this.#node.life)) {
      throw new ProgressError("WRONG_STATE", `"${this.name}" is ${this.state} already`);
    }
    if (levels > mostLevels) {
      throw new ProgressError("TOO_DEEP", `with "${part.name}" it would have ${levels}`);
    }
  }
}

function placesOf(concurrency: "parallel" | "sequential" | number): number {
  if (concurrency === "parallel") return Infinity;
  if (concurrency === "sequential") return 1;
  if (Number.isInteger(concurrency) && concurrency > 0) return concurrency;
  const text = `"parallel", "sequential" or a number from 1, not ${String(concurrency)}`;
  throw new ProgressError("INVALID_ARGUMENT", `concurrency is ${text}`);
}
