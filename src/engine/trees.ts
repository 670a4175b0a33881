import { maxKeptNodes } from "../core/limits.ts";
import type { JobId } from "../core/job-id.ts";
import type { ProgressSnapshot } from "../ports/progress.ts";

interface Kept {
  readonly tree: ProgressSnapshot;
  readonly nodes: number;
}

/**
 * The last trees of jobs whose payload is gone, in memory only: as many as have `maxKeptNodes` nodes
 * together; that of the job whose payload went first goes first.
 */
export class Trees {
  readonly #kept = new Map<JobId, Kept>();
  #nodes = 0;

  of(id: JobId): ProgressSnapshot | null {
    return this.#kept.get(id)?.tree ?? null;
  }

  /** Null: there was none, and what is kept stays. */
  keep(id: JobId, tree: ProgressSnapshot | null): void {
    if (tree === null) return;
    this.forget(id);
    const nodes = countOf(tree);
    this.#kept.set(id, { tree, nodes });
    this.#nodes += nodes;
    for (const oldest of this.#kept.keys()) {
      if (this.#nodes <= maxKeptNodes) return;
      this.forget(oldest);
    }
  }

  forget(id: JobId): void {
    this.#nodes -= this.#kept.get(id)?.nodes ?? 0;
    this.#kept.delete(id);
  }
}

/** The node of this id in a tree; null: it is not there. */
export function nodeIn(tree: ProgressSnapshot, id: string): ProgressSnapshot | null {
  if (tree.id === id) return tree;
  for (const part of tree.parts) {
    const found = nodeIn(part, id);
    if (found !== null) return found;
  }
  return null;
}

const countOf = (tree: ProgressSnapshot): number =>
  tree.parts.reduce((sum, part) => sum + countOf(part), 1);
