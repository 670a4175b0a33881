import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Query } from "../view/query.ts";
import { keyOf, type Row, type Shown } from "../view/rows.ts";

/** Of every row, in CSS pixels; as in grid.css. */
export const rowHeight = 34;

/** Rows drawn beyond the edges, so that fast scrolling shows no gap. */
const spare = 12;

interface Window {
  readonly first: number;
  /** Behind the last one. */
  readonly last: number;
  /** How many rows are in the document at most. */
  readonly places: number;
}

/** Which rows are in sight. Rows that come or go above leave those in sight where they are. */
export function useWindow(
  scroller: RefObject<HTMLDivElement | null>,
  shown: Shown,
  query: Query,
): Window {
  const [window, setWindow] = useState<Window>({ first: 0, last: 60, places: 60 });
  const before = useRef<{ readonly rows: readonly Row[]; readonly query: Query }>(null);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    let frame = 0;
    const measure = (): void => {
      frame = 0;
      const first = Math.max(0, Math.floor(element.scrollTop / rowHeight) - spare);
      const last = Math.ceil((element.scrollTop + element.clientHeight) / rowHeight) + spare;
      const places = Math.ceil(element.clientHeight / rowHeight) + 2 * spare + 1;
      const next = { first, last, places };
      setWindow((old) => (old.first === first && old.last === last ? old : next));
    };
    const later = (): void => void (frame ||= requestAnimationFrame(measure));
    element.addEventListener("scroll", later, { passive: true });
    const observer = new ResizeObserver(later);
    observer.observe(element);
    measure();
    return () => {
      element.removeEventListener("scroll", later);
      observer.disconnect();
      cancelAnimationFrame(frame);
    };
  }, []);

  useLayoutEffect(() => {
    const element = scroller.current;
    const old = before.current;
    before.current = { rows: shown.rows, query };
    if (element === null || old === null || old.rows === shown.rows) return;
    if (old.query !== query) element.scrollTop = 0;
    else if (element.scrollTop > 0)
      element.scrollTop += rowHeight * shift(old.rows, shown, element);
  }, [shown, query]);

  return window;
}

/** By how many rows most of what was in sight has moved. */
function shift(old: readonly Row[], { indices }: Shown, element: HTMLDivElement): number {
  const first = Math.floor(element.scrollTop / rowHeight);
  const moves = old
    .slice(first, first + Math.ceil(element.clientHeight / rowHeight))
    .flatMap((row, offset) => {
      const index = indices.get(keyOf(row));
      return index === undefined ? [] : [index - first - offset];
    })
    .toSorted((a, b) => a - b);
  return moves[Math.floor(moves.length / 2)] ?? 0;
}
