import type { Snapshot } from "../snapshot.ts";
import type { Change } from "./changes.ts";
import { clockText, plain } from "./row-text.ts";

/** A change as a line for people. */
export function lineOf(change: Change): string {
  return `${change.path.map((name) => plain(name)).join(" › ")}: ${wordsOf(change)}`;
}

function wordsOf(change: Change): string {
  switch (change.kind) {
    case "state":
      return stateOf(change.node);
    case "progress":
      return progressOf(change.node);
    case "log":
      return `${change.level === "info" ? "" : `${change.level}: `}${plain(change.text)}`;
  }
}

function stateOf(node: Snapshot): string {
  switch (node.state) {
    case "waiting":
    case "running":
      return node.state;
    case "canceling":
      return `canceling, ${plain(node.reason)}`;
    case "canceled":
      return `canceled${at(node)}, ${plain(node.reason)}`;
    case "failed":
      return `failed${at(node)}, ${plain(node.error.message)}`;
    case "finished":
      return node.startedAt === null
        ? node.state
        : `finished in ${clockText(node.endedAt - node.startedAt)}`;
  }
}

const at = ({ percent }: Snapshot): string => (percent === null ? "" : ` at ${percent} %`);

function progressOf(node: Snapshot): string {
  if (node.percent === null) return `${node.done} done`;
  const left = node.state === "running" && node.etaMs !== null;
  return `${node.percent} %${left ? `, ${clockText(node.etaMs)} left` : ""}`;
}

/** A change as one line of JSON for programs; a node has its `id`, and no parts. */
export function jsonOf(change: Change): string {
  if (change.kind === "log") return JSON.stringify(change);
  const { kind, path, node } = change;
  const { parts: _, lastLine: __, ...rest } = node;
  return JSON.stringify({ ...rest, kind, path, nodeKind: node.kind });
}
