import type { RefObject } from "preact";
import { useState } from "preact/hooks";
import { perform } from "../job-actions.ts";
import type { Live } from "../live/live.ts";
import type { Action } from "../live/rest.ts";
import { shortcuts } from "../shortcuts.ts";
import { keyOf, rowId, type Row, type Shown } from "../view/rows.ts";
import { actionsOf, type Group } from "../view/states.ts";
import type { JobObject } from "../wire.ts";
import { rowHeight } from "./grid-window.ts";

/** The active row: the one that keys are about. */
export interface Cursor {
  readonly index: number | null;
  /** Of its element. */
  readonly id: string | null;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  /** Makes a job's row the active one, and opens it. */
  readonly open: (id: string) => void;
  /** Brings a job into sight. */
  readonly show: (id: string) => void;
}

interface Setup {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly live: Live;
  readonly shown: Shown;
  readonly onToggle: (group: Group) => void;
  readonly onOpen: (id: string) => void;
}

/** What a letter does to a job, the first that is legal. */
const letters: Readonly<Record<string, readonly Action[]>> = {
  p: ["pause", "resume"],
  c: ["cancel"],
  r: ["resubmit"],
};

export function useGridKeys({ scroller, shown, onToggle, onOpen }: Setup): Cursor {
  const { rows, indices } = shown;
  // Its name, because rows move; its place, for when it is gone.
  const [active, setActive] = useState<{ readonly key: string; readonly index: number } | null>(
    null,
  );
  const index =
    active === null ? null : (indices.get(active.key) ?? Math.min(active.index, rows.length - 1));
  const row = index === null ? undefined : rows[index];

  const moveTo = (wanted: number): void => {
    const place = Math.min(rows.length - 1, Math.max(0, wanted));
    const next = rows[place];
    if (next === undefined) return;
    setActive({ key: keyOf(next), index: place });
    bringIntoSight(scroller.current, place);
  };
  const show = (id: string): void => {
    const place = indices.get(id);
    if (place !== undefined) moveTo(place);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target !== event.currentTarget) return;
    const page = Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 2;
    const target = destination(event.key, { index, page, last: rows.length - 1 });
    const isDone = target === null ? actOnRow(event.key, row, { onToggle, onOpen }) : true;
    if (target !== null) moveTo(target);
    if (isDone) event.preventDefault();
  };
  const open = (id: string): void => {
    setActive({ key: id, index: indices.get(id) ?? 0 });
    onOpen(id);
  };
  return { index, id: row === undefined ? null : rowId(row), onKeyDown, open, show };
}

interface Position {
  readonly index: number | null;
  readonly page: number;
  readonly last: number;
}

/** Where a key leads; null: nowhere. */
function destination(key: string, { index, page, last }: Position): number | null {
  const here = index ?? -1;
  const letter = shortcuts.value ? key : "";
  switch (key) {
    case "ArrowDown":
      return here + 1;
    case "ArrowUp":
      return here - 1;
    case "PageDown":
      return here + page;
    case "PageUp":
      return here - page;
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return letter === "j" ? here + 1 : letter === "k" ? here - 1 : null;
  }
}

/** Returns whether the key meant something here. */
function actOnRow(
  key: string,
  row: Row | undefined,
  { onToggle, onOpen }: Pick<Setup, "onToggle" | "onOpen">,
): boolean {
  if (row === undefined) return false;
  if (row.kind === "group") {
    const isToggle =
      key === "Enter" || key === " " || key === (row.isOpen ? "ArrowLeft" : "ArrowRight");
    if (isToggle) onToggle(row.group);
    return isToggle;
  }
  if (key === "Enter" || key === " ") {
    onOpen(row.job.ID);
    return true;
  }
  return shortcuts.value && actOnJob(key, row.job);
}

function actOnJob(key: string, job: JobObject): boolean {
  const wanted = letters[key];
  if (wanted === undefined) return false;
  const action = actionsOf(job).find((legal) => wanted.includes(legal));
  if (action !== undefined) void perform(job, action);
  return true;
}

/** The head stands over the first row. */
function bringIntoSight(element: HTMLDivElement | null, place: number): void {
  if (element === null) return;
  const top = place * rowHeight;
  const room = element.clientHeight - rowHeight;
  if (top < element.scrollTop) element.scrollTop = top;
  else if (top + rowHeight > element.scrollTop + room) element.scrollTop = top + rowHeight - room;
}
