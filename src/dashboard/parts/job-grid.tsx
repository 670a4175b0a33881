import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Live } from "../live/live.ts";
import { useStore } from "../live/store.ts";
import { openBeside, route } from "../route.ts";
import type { Row, Shown } from "../view/rows.ts";
import type { Group } from "../view/states.ts";
import { GridHead } from "./grid-head.tsx";
import { GroupRow } from "./group-row.tsx";
import { useGridKeys, type Cursor } from "./grid-keys.ts";
import { dependsOnTime, JobRow } from "./job-row.tsx";
import { rowHeight, useWindow } from "./grid-window.ts";

interface JobGridProps {
  readonly live: Live;
  readonly shown: Shown;
  readonly onToggle: (group: Group) => void;
}

const openJob = (id: string): void => openBeside({ kind: "job", id });

/**
 * The table of jobs. Only the rows in sight, and the active one, are in the document: so any number
 * of them scrolls alike. Focus stays on the table, which names the active row.
 */
export function JobGrid({ live, shown, onToggle }: JobGridProps): JSX.Element {
  const scroller = useRef<HTMLDivElement>(null);
  const { query, beside } = useStore(route);
  useStore(live.now);
  const { rows } = shown;
  const { first, last, places } = useWindow(scroller, shown, query);
  const [pointed, point] = useState<number | null>(null);
  const cursor = useGridKeys({ scroller, live, shown, onToggle, onOpen: openJob });
  useLayoutEffect(() => {
    // What is opened by its address is brought into sight once.
    if (beside.kind === "job") cursor.show(beside.id);
  }, []);
  const openId = beside.kind === "job" ? beside.id : null;
  return (
    <div
      ref={scroller}
      class="grid"
      role="treegrid"
      aria-label="Jobs"
      aria-rowcount={rows.length + 1}
      aria-colcount={10}
      aria-activedescendant={cursor.id ?? undefined}
      tabIndex={0}
      onKeyDown={cursor.onKeyDown}
    >
      <GridHead query={query} />
      <div
        role="rowgroup"
        class="body"
        style={{ height: `${rows.length * rowHeight}px` }}
        onPointerMove={(event) => point(rowUnder(event))}
        onPointerLeave={() => point(null)}
      >
        {visible(rows, first, last, cursor).map(([index, row]) =>
          row.kind === "group" ? (
            <GroupRow
              key={row.group}
              row={row}
              index={index}
              isActive={cursor.index === index}
              onToggle={onToggle}
            />
          ) : (
            <JobRow
              // By its place on the screen: what scrolls out is filled with what scrolls in.
              key={index >= first && index < last ? index % places : "active"}
              job={row.job}
              index={index}
              top={index * rowHeight}
              isActive={cursor.index === index}
              isOpen={row.job.ID === openId}
              hasActions={pointed === index || cursor.index === index}
              now={dependsOnTime(row.job) ? live.hostNow() : 0}
              onOpen={cursor.open}
            />
          ),
        )}
      </div>
      {shown.matching === 0 && <Nothing live={live} isFiltered={live.jobs.size > 0} />}
    </div>
  );
}

/** By what is under the pointer, not by events of each row: they do not come when the table scrolls. */
function rowUnder({ clientY, currentTarget }: PointerEvent): number {
  const { top } = (currentTarget as HTMLElement).getBoundingClientRect();
  return Math.floor((clientY - top) / rowHeight);
}

/** The rows in sight, and the active one wherever it is: the table names it. */
function visible(
  rows: readonly Row[],
  first: number,
  last: number,
  { index: active }: Cursor,
): readonly (readonly [number, Row])[] {
  const inSight = rows.slice(first, last).map((row, offset) => [first + offset, row] as const);
  const row = active === null ? undefined : rows[active];
  if (active === null || row === undefined || (active >= first && active < last)) return inSight;
  return [...inSight, [active, row]];
}

function Nothing({
  live,
  isFiltered,
}: {
  readonly live: Live;
  readonly isFiltered: boolean;
}): JSX.Element {
  const isListed = useStore(live.isListed);
  const refusal = useStore(live.refusal);
  if (refusal !== null) return <p class="nothing">{refusal}</p>;
  if (!isListed) return <p class="nothing">Asking for the jobs…</p>;
  return (
    <p class="nothing">
      {isFiltered ? "No job is like this." : "No jobs yet. They appear here as they are submitted."}
    </p>
  );
}
