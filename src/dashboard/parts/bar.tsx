import type { JSX } from "preact";

interface BarProps {
  /** 0 to 100; null: nobody knows. */
  readonly percent: number | null;
  /** What moves; others are drawn quietly. */
  readonly isActive: boolean;
  /** What the bar is about; null: a text beside it says all there is. */
  readonly label?: string | null;
}

/** How far something is. */
export function Bar({ percent, isActive, label = null }: BarProps): JSX.Element {
  const about =
    label === null
      ? ({ "aria-hidden": true } as const)
      : ({
          role: "progressbar",
          "aria-label": label,
          "aria-valuemin": 0,
          "aria-valuemax": 100,
          ...(percent === null ? {} : { "aria-valuenow": percent }),
        } as const);
  const kind = percent === null ? "unknown" : "known";
  return (
    <span class="bar" data-kind={kind} data-active={isActive} {...about}>
      <span style={{ width: `${percent ?? 100}%` }} />
    </span>
  );
}
