import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Details } from "../live/details.ts";
import { useStore } from "../live/store.ts";
import { clockTime, timeOf } from "../view/format.ts";
import { JsonView } from "./json-view.tsx";
import { Section } from "./side-panel.tsx";

/** Nearer to the end than this the reader wants to see what comes; CSS pixels. */
const atEndWithin = 24;

/** The last lines of a job's log. It follows as long as its end is in sight. */
export function LogTail({ details }: { readonly details: Details }): JSX.Element {
  const lines = useStore(details.lines);
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    const { current: element } = box;
    if (element !== null && isAtEnd.current) element.scrollTop = element.scrollHeight;
  }, [lines]);
  const watch = ({ currentTarget: { scrollTop, clientHeight, scrollHeight } }: Scrolled): void => {
    isAtEnd.current = scrollTop + clientHeight >= scrollHeight - atEndWithin;
  };
  return (
    <Section title="Log" more={<span class="amount">{lines.length}</span>}>
      {lines.length === 0 ? (
        <p class="quiet">It has logged nothing.</p>
      ) : (
        <div
          ref={box}
          class="log"
          role="log"
          aria-live="off"
          aria-label="Log"
          tabIndex={0}
          onScroll={watch}
        >
          {lines.map((line) => (
            <div key={line.Number} class="log-line" data-level={line.Level}>
              <time>{clockTime(timeOf(line.Time))}</time>
              <span class="level">{line.Level}</span>
              <span class="text">
                {line.Text}
                {line.Data !== undefined && <JsonView value={line.Data} />}
              </span>
            </div>
          ))}
        </div>
      )}
    </Section>
  );
}

interface Scrolled {
  readonly currentTarget: HTMLDivElement;
}
