import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { cancelBranch } from "../job-actions.ts";
import type { Details } from "../live/details.ts";
import { useStore } from "../live/store.ts";
import { count, span } from "../view/format.ts";
import type { ProgressNode, StateName } from "../wire.ts";
import { Bar } from "./bar.tsx";
import { icons, StateShape } from "./icons.tsx";
import { Section } from "./side-panel.tsx";

/** So many parts of one are shown at first. */
const mostParts = 50;

interface ProgressTreeProps {
  readonly details: Details;
  readonly jobId: string;
}

/** What the job's work is made of, and how far each part of it is. */
export function ProgressTree({ details, jobId }: ProgressTreeProps): JSX.Element | null {
  const tree = useStore(details.tree);
  if (tree === null || tree.parts.length === 0) return null;
  return (
    <Section title="Progress">
      <ul class="tree">
        {tree.parts.map((part) => (
          <Branch key={part.id} node={part} jobId={jobId} />
        ))}
      </ul>
    </Section>
  );
}

interface BranchProps {
  readonly node: ProgressNode;
  readonly jobId: string;
}

function Branch({ node: told, jobId }: BranchProps): JSX.Element {
  const node = asSeen(told);
  const [isOpen, setOpen] = useState(true);
  const [most, setMost] = useState(mostParts);
  const { parts } = node;
  const left = parts.length - most;
  return (
    <li>
      <div class="node" data-state={node.state}>
        {parts.length > 0 ? (
          <button
            type="button"
            class="plain fold"
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            {icons.chevron}
            <span class="unseen">Parts of {node.name}</span>
          </button>
        ) : (
          <span class="fold" />
        )}
        <StateShape state={shapeOf[node.state]} />
        <span class="name" title={node.name}>
          {node.name}
          <span class="quiet"> {sayOf(node)}</span>
        </span>
        <Bar percent={percentOf(node)} isActive={node.state === "running"} label={node.name} />
        <span class="percent">
          {node.percent === null ? count(node.done) : `${node.percent} %`}
        </span>
        {isOpenEnded(node) && node.isCancelable ? (
          <button
            type="button"
            class="plain square"
            title={`Cancel ${node.name}`}
            onClick={() => void cancelBranch(jobId, node.id, node.name)}
          >
            {icons.cancel}
            <span class="unseen">Cancel {node.name}</span>
          </button>
        ) : (
          <span class="fold" />
        )}
      </div>
      {isOpen && parts.length > 0 && (
        <ul>
          {parts.slice(0, most).map((part) => (
            <Branch key={part.id} node={part} jobId={jobId} />
          ))}
          {node.omitted !== undefined && (
            <li class="quiet">and {count(node.omitted)} more, too many to tell of</li>
          )}
          {left > 0 && (
            <li>
              <button type="button" class="plain small" onClick={() => setMost(most + 500)}>
                Show {count(Math.min(left, 500))} more of {count(left)}
              </button>
            </li>
          )}
        </ul>
      )}
    </li>
  );
}

/** A group whose parts have begun is under way, though nobody has started the group itself. */
function asSeen(node: ProgressNode): ProgressNode {
  const hasBegun = node.parts.some(({ state }) => state !== "waiting");
  return node.state === "waiting" && hasBegun ? { ...node, state: "running" } : node;
}

const shapeOf: Readonly<Record<ProgressNode["state"], StateName | "Canceled">> = {
  waiting: "Pending",
  running: "Running",
  canceling: "Canceled",
  canceled: "Canceled",
  failed: "Failure",
  finished: "Success",
};

const isOpenEnded = ({ state }: ProgressNode): boolean =>
  state === "waiting" || state === "running";

/** What is over has no unknown any more. */
const percentOf = (node: ProgressNode): number | null =>
  node.percent ?? (isOpenEnded(node) ? null : 0);

/** Its state in a word, and what there is to say of it. */
function sayOf(node: ProgressNode): string {
  switch (node.state) {
    case "waiting":
      return "waiting";
    case "running":
      return typeof node.etaMs === "number" && node.etaMs > 0
        ? `${span(node.etaMs)} left`
        : "running";
    case "canceling":
      return "canceling";
    case "canceled":
      return "canceled";
    case "failed":
      return `failed: ${node.error?.message ?? ""}`;
    case "finished":
      return "finished";
  }
}
