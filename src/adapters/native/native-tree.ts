import { stopReasons } from "../../core/job-state.ts";
import type { NativeTree } from "../../native/messages.ts";
import type { Condition, ProgressSnapshot } from "../../ports/progress.ts";
import { valueOf } from "./numbers.ts";

/** So many values each part has in the list. */
const width = 10;

/** What a node has, whatever its state. */
type Plain = Omit<Extract<ProgressSnapshot, { readonly state: "waiting" }>, "state" | "parts">;

/** A node whose parts are still coming. */
type Growing = Condition & Plain & { readonly parts: Growing[] };

/** The id of the root: no part has the number 0. */
const rootId = "0";

/** A part as the core knows it: its numbers begin anew with each life of a tree. */
export interface TreePart {
  readonly life: number;
  readonly child: number;
}

/** Nobody is shown it twice: what is canceled by it is what was seen, or nothing. */
const idOf = ({ life, child }: TreePart): string => `${life.toString(36)}.${child}`;

/** Of the id that `treeOf` gave it; one that nobody was given is that of no part. */
export function partOf(id: string): TreePart {
  const [, life = "0", child = "0"] = /^([0-9a-z]{1,10})\.(\d{1,9})$/.exec(id) ?? [];
  return { life: Number.parseInt(life, 36), child: Number(child) };
}

/** The tree that the core shows of a job: a flat list, see TreeToJs in native/src/addon/convert.cc. */
export function treeOf(flat: NativeTree): ProgressSnapshot {
  const [fraction, startedAt, life] = flat as readonly [number, number, number];
  const root = growing(
    { state: "running", startedAt, etaMs: null },
    plain({ id: rootId, name: "", weight: 1, done: 0, total: 0, fraction }),
  );
  const nodes = [root];
  for (let at = 3; at + width <= flat.length; at += width) {
    const id = idOf({ life, child: nodes.length });
    const node = nodeAt(flat.slice(at, at + width) as unknown as Values, id);
    nodes[flat[at] as number]?.parts.push(node);
    nodes.push(node);
  }
  return summed(root);
}

type Values = readonly [
  parent: number,
  name: string,
  weight: number,
  done: number,
  total: number,
  fraction: number,
  outcome: number,
  canceled: boolean,
  startedAt: number,
  endedAt: number,
];

function nodeAt(values: Values, id: string): Growing {
  const [, name, weight, done, total, fraction] = values;
  return growing(conditionOf(values), plain({ id, name, weight, done, total, fraction }));
}

function conditionOf([, , , , , , outcome, canceled, startedAt, endedAt]: Values): Condition {
  if (outcome === 0) {
    if (canceled) return { state: "canceling", startedAt, reason: "it was asked to stop" };
    return { state: "running", startedAt, etaMs: null };
  }
  const ended = valueOf(stopReasons, outcome);
  if (ended === "success") return { state: "finished", startedAt, endedAt };
  if (ended === "canceled") {
    return { state: "canceled", startedAt, endedAt, reason: "it was canceled" };
  }
  return { state: "failed", startedAt, endedAt, error: { name: "Error", message: "it failed" } };
}

function plain({
  fraction,
  ...numbers
}: Pick<Plain, "id" | "name" | "weight" | "done" | "total"> & {
  readonly fraction: number;
}): Plain {
  const percent = fraction === 1 ? 100 : Math.min(99, Math.floor(fraction * 100 + 1e-9));
  return { kind: "observer", ...numbers, fraction, percent, isCancelable: true, lastLine: null };
}

const growing = (condition: Condition, own: Plain): Growing => ({
  ...condition,
  ...own,
  parts: [],
});

/** What has parts is their sum: 100 units for each unit of weight. */
function summed(node: Growing): ProgressSnapshot {
  if (node.parts.length === 0) return node;
  const parts = node.parts.map(summed);
  const total = parts.reduce((sum, { weight }) => sum + Math.round(100 * weight), 0);
  const done = Math.floor((node.fraction ?? 0) * total + 1e-9);
  return { ...node, kind: "aggregator", done, total, parts };
}
