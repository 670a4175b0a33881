import type { JSX } from "preact";
import { count } from "../view/format.ts";
import type { Row } from "../view/rows.ts";
import type { Group } from "../view/states.ts";
import { rowHeight } from "./grid-window.ts";
import { icons } from "./icons.tsx";

interface GroupRowProps {
  readonly row: Extract<Row, { readonly kind: "group" }>;
  readonly index: number;
  readonly isActive: boolean;
  readonly onToggle: (group: Group) => void;
}

/** The head of a group of jobs, which opens and closes it. */
export function GroupRow({ row, index, isActive, onToggle }: GroupRowProps): JSX.Element {
  return (
    <div
      role="row"
      id={`group-${row.group}`}
      class="row group"
      aria-rowindex={index + 2}
      aria-level={1}
      aria-expanded={row.isOpen}
      data-active={isActive}
      style={{ transform: `translateY(${index * rowHeight}px)` }}
      onClick={() => onToggle(row.group)}
    >
      <span role="gridcell" aria-colspan={10}>
        {icons.chevron}
        <b>{row.title}</b> <span class="amount">{count(row.count)}</span>
      </span>
    </div>
  );
}
