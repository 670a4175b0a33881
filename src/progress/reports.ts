import type { Node } from "./node.ts";

/** What whoever does the work says of it. Nothing said here can fail: it is taken, cut, or ignored. */
export class Reports {
  readonly #node: Node;
  /** Called when all is done, or null. */
  readonly #whenWhole: (() => void) | null;

  constructor(node: Node, whenWhole: (() => void) | null) {
    this.#node = node;
    this.#whenWhole = whenWhole;
  }

  report(done: number): void {
    const { measure, life } = this.#node;
    const { total } = measure;
    // Every comparison with NaN is false.
    const isUsual = done > measure.done && (total === null ? done < Infinity : done < total);
    if (isUsual && life.state === "running" && typeof done === "number") measure.count(done);
    else this.#reportUnusual(done);
  }

  advance(by: number): void {
    this.report(this.#node.measure.done + by);
  }

  /** Null: unknown. A total below what is done makes the total of that. */
  resize(total: number | null): void {
    const { measure, warnings } = this.#node;
    const before = measure.total;
    if (!this.#node.isOpen() || before === total) return;
    if (total !== null && !isAmount(total)) {
      warnings.once("NOT_A_NUMBER", `cannot have the total ${String(total)}; it is ignored`);
      return;
    }
    if (before !== null && measure.done > 0) {
      warnings.once("TOTAL_CHANGED", "got another total after some of it was done");
    }
    measure.resize(total);
    this.#node.noteTotal(before);
    this.#lookWhetherWhole();
  }

  #reportUnusual(done: number): void {
    const { measure, warnings } = this.#node;
    if (!this.#node.isOpen()) return;
    const most = Math.min(done, measure.total ?? Infinity);
    if (!isAmount(most) || typeof done !== "number") {
      warnings.once("NOT_A_NUMBER", `cannot have done ${String(done)}; it is ignored`);
    } else if (most < measure.done) {
      warnings.once("DONE_LOWERED", `had done ${measure.done} and then ${done}; it is ignored`);
    } else if (most > measure.done) {
      measure.count(most);
    }
    this.#lookWhetherWhole();
  }

  #lookWhetherWhole(): void {
    const { done, total } = this.#node.measure;
    if (total !== null && total > 0 && done === total) this.#whenWhole?.();
  }
}

/** Who calls from JavaScript may pass anything. */
export const isAmount = (amount: unknown): amount is number =>
  typeof amount === "number" && amount >= 0 && amount < Infinity;
