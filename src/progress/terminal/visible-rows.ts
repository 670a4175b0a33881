import type { State } from "../life.ts";
import type { Snapshot } from "../snapshot.ts";

/** One row of a drawn tree. `depth` counts from 0 for what was asked for. */
export type Row =
  | { readonly kind: "node"; readonly depth: number; readonly node: Snapshot }
  /** Parts that are not worth a row each: how many there are of each state. */
  | { readonly kind: "rest"; readonly depth: number; readonly counts: Counts }
  /** There was no room for this many. */
  | { readonly kind: "cut"; readonly depth: number; readonly count: number };

export type Counts = ReadonlyMap<State, number>;

/**
 * The rows of a tree, at most `limit`. If not all have room, what waits or is over is counted where it
 * stands, and the room is left to what runs, stops or has failed.
 */
export function visibleRows(root: Snapshot, limit: number): readonly Row[] {
  const size = sizeOf(root);
  const drawn = new Drawing(limit, size <= limit);
  drawn.add(root, 0);
  if (!drawn.isFull) return drawn.rows;
  const rows = drawn.rows.slice(0, limit - 1);
  const shown = rows.reduce((nodes, row) => nodes + nodesOf(row), 0);
  return [...rows, { kind: "cut", depth: 1, count: size - shown }];
}

function nodesOf(row: Row): number {
  if (row.kind === "node") return 1;
  return row.kind === "rest" ? [...row.counts.values()].reduce((all, one) => all + one, 0) : 0;
}

function sizeOf(node: Snapshot): number {
  let size = 1;
  for (const part of node.parts) size += sizeOf(part);
  return size;
}

class Drawing {
  readonly rows: Row[] = [];
  readonly #limit: number;
  readonly #drawsAll: boolean;

  constructor(limit: number, drawsAll: boolean) {
    this.#limit = limit;
    this.#drawsAll = drawsAll;
  }

  /** Whether something had no room. */
  get isFull(): boolean {
    return this.rows.length > this.#limit;
  }

  add(node: Snapshot, depth: number): void {
    if (this.isFull) return;
    this.rows.push({ kind: "node", depth, node });
    const counts = new Map<State, number>();
    for (const part of node.parts) {
      if (this.isFull) return;
      if (this.#drawsAll || isWorthARow(part)) this.add(part, depth + 1);
      else counts.set(part.state, (counts.get(part.state) ?? 0) + 1);
    }
    if (counts.size > 0) this.rows.push({ kind: "rest", depth: depth + 1, counts });
  }
}

const isWorthARow = ({ state }: Snapshot): boolean =>
  state === "running" || state === "canceling" || state === "failed";
