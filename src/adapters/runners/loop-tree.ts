import { treeLimits } from "../../core/limits.ts";
import type { StepRequest } from "../../core/stop-reason.ts";
import { messageOf } from "../../core/thrown.ts";
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

/**
 * The tree of a payload: what its runs ask of it, and what they hear of it. It may be the plugin's own:
 * one that throws is complained of once, and from then on as if there were none.
 */
export class LoopTree {
  readonly #tree: ProgressTree;
  readonly #complain: (text: string) => void;
  #isBroken = false;
  #listener: TreeListener | null = null;
  #waiting: (readonly [LogLevel, string])[] = [];
  /** What its parts were stopped with last; null: they were not. */
  #reason: DOMException | null = null;

  constructor(tree: ProgressTree, complain: (text: string) => void) {
    this.#tree = tree;
    this.#complain = complain;
    this.#ask((asked) => {
      for (const line of asked.logs()) this.#logged(line);
      asked.onLog((line) => this.#logged(line));
      asked.watch(() => this.#listener?.changed());
    });
  }

  /** The job's own root; null: the tree is a task that was submitted. */
  get root(): JobProgress | null {
    return this.#ask((tree) => tree.root) ?? null;
  }

  /** From 0 to 1; null: there is only what the job says itself. */
  get fraction(): number | null {
    return this.#ask((tree) => (tree.isShown ? (tree.fraction ?? 0) : null)) ?? null;
  }

  /** Null: there is nothing to show but a number. */
  get shown(): ProgressSnapshot | null {
    return this.#ask((tree) => (tree.isShown ? tree.snapshot(treeLimits) : null)) ?? null;
  }

  cancel(node: string): void {
    this.#ask((tree) => tree.cancel(node));
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
        this.#ask((tree) => tree.begin());
        return;
      case "pause":
        this.#ask((tree) => tree.hold());
        return;
      case "cancel":
      case "closing":
      case "timed-out":
        this.stop(`the job is asked to stop: ${request}`);
    }
  }

  stop(why: string): void {
    const reason = new DOMException(why, "AbortError");
    this.#reason = reason;
    this.#ask((tree) => tree.stop(reason));
  }

  /** Whether something was thrown only because the tree was stopped. */
  isReason(thrown: unknown): boolean {
    return this.#reason !== null && thrown === this.#reason;
  }

  /** Undefined: it threw, now or before. */
  #ask<T>(question: (tree: ProgressTree) => T): T | undefined {
    if (this.#isBroken) return undefined;
    try {
      return question(this.#tree);
    } catch (error) {
      this.#isBroken = true;
      this.#complain(`the tree of its progress threw: ${messageOf(error)}`);
      return undefined;
    }
  }

  #logged({ level, text, path }: ReturnType<ProgressTree["logs"]>[number]): void {
    const line = [level, path.length === 0 ? text : `${path.join(" › ")}: ${text}`] as const;
    if (this.#listener !== null) return this.#listener.logged(...line);
    this.#waiting.push(line);
    if (this.#waiting.length > mostWaiting) this.#waiting.shift();
  }
}
