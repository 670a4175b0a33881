import { treeLimits } from "../../core/limits.ts";
import type { StepRequest } from "../../core/stop-reason.ts";
import type { LogLevel } from "../../ports/job.ts";
import type { JobProgress, ProgressSnapshot, ProgressTree } from "../../ports/progress.ts";

/** Who hears of a tree while its job runs. */
export interface TreeListener {
  /** At most 25 times a second. */
  changed(): void;
  logged(level: LogLevel, text: string): void;
}

/** So many lines wait for a run that they can be told to; the oldest goes first. */
const mostWaiting = 1_000;

/** The tree of a payload: what its runs ask of it, and what they hear of it. */
export class LoopTree {
  readonly #tree: ProgressTree;
  #listener: TreeListener | null = null;
  #waiting: (readonly [LogLevel, string])[] = [];
  /** What its parts were stopped with last; null: they were not. */
  #reason: DOMException | null = null;

  constructor(tree: ProgressTree) {
    this.#tree = tree;
    for (const line of tree.logs()) this.#logged(line);
    tree.onLog((line) => this.#logged(line));
    tree.watch(() => this.#listener?.changed());
  }

  /** The job's own root; null: the tree is a task that was submitted. */
  get root(): JobProgress | null {
    return this.#tree.root;
  }

  /** From 0 to 1; null: there is only what the job says itself. */
  get fraction(): number | null {
    return this.#tree.isShown ? (this.#tree.fraction ?? 0) : null;
  }

  /** Null: there is nothing to show but a number. */
  get shown(): ProgressSnapshot | null {
    return this.#tree.isShown ? this.#tree.snapshot(treeLimits) : null;
  }

  cancel(node: string): void {
    this.#tree.cancel(node);
  }

  /** From now on this one hears of it; null: nobody does, and lines wait. */
  hear(listener: TreeListener | null): void {
    this.#listener = listener;
    if (listener === null) return;
    for (const line of this.#waiting.splice(0)) listener.logged(...line);
  }

  /** What is asked of the job now. */
  ask(request: StepRequest): void {
    switch (request) {
      case "nothing":
        return this.#tree.begin();
      case "pause":
        return this.#tree.hold();
      case "cancel":
      case "closing":
      case "timed-out":
        return this.stop(`the job is asked to stop: ${request}`);
    }
  }

  stop(why: string): void {
    this.#reason = new DOMException(why, "AbortError");
    this.#tree.stop(this.#reason);
  }

  /** Whether something was thrown only because the tree was stopped. */
  isReason(thrown: unknown): boolean {
    return this.#reason !== null && thrown === this.#reason;
  }

  #logged({ level, text, path }: ReturnType<ProgressTree["logs"]>[number]): void {
    const line = [level, path.length === 0 ? text : `${path.join(" › ")}: ${text}`] as const;
    if (this.#listener !== null) return this.#listener.logged(...line);
    this.#waiting.push(line);
    if (this.#waiting.length > mostWaiting) this.#waiting.shift();
  }
}
