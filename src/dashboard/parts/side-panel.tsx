import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { icons } from "./icons.tsx";

interface SidePanelProps {
  readonly label: string;
  readonly head: ComponentChildren;
  readonly children: ComponentChildren;
  readonly onClose: () => void;
}

/** What stands beside the table. It takes the focus when it opens: so it is read, and Escape closes it. */
export function SidePanel({ label, head, children, onClose }: SidePanelProps): JSX.Element {
  const title = useRef<HTMLElement>(null);
  useLayoutEffect(() => title.current?.focus(), []);
  return (
    <aside class="panel" aria-label={label} tabIndex={-1} ref={title}>
      <div class="panel-head">
        <div class="panel-title">{head}</div>
        <button type="button" class="plain square" onClick={onClose} title="Close (Esc)">
          {icons.close}
          <span class="unseen">Close</span>
        </button>
      </div>
      <div class="panel-body">{children}</div>
    </aside>
  );
}

interface SectionProps {
  readonly title: string;
  readonly children: ComponentChildren;
  /** Beside the title. */
  readonly more?: ComponentChildren;
}

export function Section({ title, more, children }: SectionProps): JSX.Element {
  return (
    <section class="block">
      <div class="block-head">
        <h3>{title}</h3>
        {more}
      </div>
      {children}
    </section>
  );
}
