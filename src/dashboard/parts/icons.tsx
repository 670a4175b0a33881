import type { JSX } from "preact";
import { isCanceled } from "../view/states.ts";
import type { JobObject, StateName } from "../wire.ts";

interface Drawing {
  readonly children: JSX.Element | readonly JSX.Element[];
}

/** Drawn with lines of the text's colour; says nothing by itself. */
function Icon({ children }: Drawing): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      {children}
    </svg>
  );
}

const line = (d: string): JSX.Element => (
  <Icon>
    <path d={d} />
  </Icon>
);

export const icons = {
  pause: line("M5.5 3.5v9M10.5 3.5v9"),
  resume: (
    <Icon>
      <path d="M5 3.2v9.6L12.5 8z" fill="currentColor" stroke-linejoin="round" />
    </Icon>
  ),
  cancel: line("m4 4 8 8m0-8-8 8"),
  resubmit: line("M13 8a5 5 0 1 1-1.6-3.7M13 2v3.2H9.8"),
  close: line("m3.5 3.5 9 9m0-9-9 9"),
  search: (
    <Icon>
      <circle cx="7" cy="7" r="4.2" />
      <path d="m10.2 10.2 3.3 3.3" />
    </Icon>
  ),
  chevron: line("m6 4 4 4-4 4"),
  copy: (
    <Icon>
      <rect x="5.5" y="5.5" width="7.5" height="7.5" rx="1.5" />
      <path d="M10.5 3.5V3h-7v7H4" />
    </Icon>
  ),
  download: line("M8 2.5v7.5m0 0L4.8 6.8M8 10l3.2-3.2M3 13.2h10"),
  remove: line("M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5"),
  keyboard: (
    <Icon>
      <rect x="1.5" y="4" width="13" height="8.5" rx="1.5" />
      <path d="M4 6.8h.01M6.7 6.8h.01M9.4 6.8h.01M12 6.8h.01M5 9.8h6" stroke-linecap="round" />
    </Icon>
  ),
  plugin: line("M6 2v3M10 2v3M4 5h8v3a4 4 0 0 1-8 0zM8 12v2"),
  light: (
    <Icon>
      <circle cx="8" cy="8" r="2.8" />
      <path d="M8 1.5v1.6M8 12.9v1.6M1.5 8h1.6M12.9 8h1.6M3.4 3.4l1.1 1.1M11.5 11.5l1.1 1.1M12.6 3.4l-1.1 1.1M4.5 11.5l-1.1 1.1" />
    </Icon>
  ),
  dark: line("M13 9.6A5.5 5.5 0 0 1 6.4 3 5.5 5.5 0 1 0 13 9.6z"),
  system: (
    <Icon>
      <circle cx="8" cy="8" r="5.2" />
      <path d="M8 2.8v10.4a5.2 5.2 0 0 0 0-10.4z" fill="currentColor" stroke="none" />
    </Icon>
  ),
} as const;

export function Logo(): JSX.Element {
  return (
    <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" />
      <path class="stick" d="M9.5 22.5 22.5 9.5" />
      <path class="band" d="m14.2 17.8 3.6-3.6" />
    </svg>
  );
}

/** Each state has a shape of its own: colour is never all that tells them apart. */
const shapes: Readonly<Record<StateName, JSX.Element>> = {
  Pending: <circle cx="6" cy="6" r="3.9" class="open" />,
  Running: <path d="M3 1.8v8.4L10.2 6z" />,
  Paused: <path d="M2.8 2h2.2v8H2.8zM7 2h2.2v8H7z" />,
  Retry: <path class="open" d="M10 6.2A4 4 0 1 1 8.7 3M10 1.2v2.6H7.4" />,
  Success: <path class="open" d="m1.8 6.4 2.7 2.8 5.7-6.4" />,
  Failure: <path class="open thick" d="m2.4 2.4 7.2 7.2m0-7.2L2.4 9.6" />,
};

const canceled = (
  <path class="open" d="M6 1.9a4.1 4.1 0 1 0 0 8.2 4.1 4.1 0 0 0 0-8.2zM3.2 8.8l5.6-5.6" />
);

export function StateShape({ state }: { readonly state: StateName | "Canceled" }): JSX.Element {
  return (
    <svg class="shape" data-state={state} viewBox="0 0 12 12" aria-hidden="true">
      {state === "Canceled" ? canceled : shapes[state]}
    </svg>
  );
}

/** The shape of a job's state. */
export const JobShape = ({ job }: { readonly job: JobObject }): JSX.Element => (
  <StateShape state={isCanceled(job) ? "Canceled" : job.State} />
);
