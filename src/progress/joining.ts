import { ProgressError } from "./errors.ts";
import { hasEnded } from "./life.ts";
import type { Node } from "./node.ts";
import { insideOf, type ProgressNode } from "./progress-node.ts";

/** The smallest weight: a hundredth of the usual one, that is one unit of the total. */
const leastWeight = 0.01;

/** What is done level by level has to fit on the stack of whoever reports, also of a deep one. */
const mostLevels = 100;

/** The inside of what may become a part of `parent`, and what it adds to the total. */
export interface Joining {
  readonly node: Node;
  readonly units: number;
}

/** @throws {ProgressError} INVALID_ARGUMENT, CYCLE, HAS_PARENT, WRONG_STATE, TOO_DEEP: nothing happened */
export function joining(parent: Node, part: ProgressNode, weight: number): Joining {
  const node = insideOf(part);
  if (!(weight >= leastWeight && weight < Infinity)) {
    const text = `"${node.name}" cannot have the weight ${String(weight)}`;
    throw new ProgressError("INVALID_ARGUMENT", `${text}; it is finite, and at least 0.01`);
  }
  refuse(parent, node);
  return { node, units: Math.round(100 * weight) };
}

/** Throws if the node cannot become a part. */
function refuse(parent: Node, part: Node): void {
  let levels = part.height;
  for (let at: Node | null = parent; at !== null; at = at.parent) {
    levels += 1;
    if (at !== part) continue;
    throw new ProgressError("CYCLE", `"${parent.name}" is "${part.name}", or below it`);
  }
  if (part.parent !== null) {
    throw new ProgressError("HAS_PARENT", `"${part.name}" is a part of "${part.parent.name}"`);
  }
  if (hasEnded(parent.life)) {
    throw new ProgressError("WRONG_STATE", `"${parent.name}" is ${parent.life.state} already`);
  }
  if (levels > mostLevels) {
    throw new ProgressError("TOO_DEEP", `with "${part.name}" it would have ${levels}`);
  }
}
