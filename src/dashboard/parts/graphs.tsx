import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Live } from "../live/live.ts";
import { useStore } from "../live/store.ts";
import { seriesLength, type Sample } from "../live/series.ts";
import { clockTime, count } from "../view/format.ts";

/** The rate is that of so many seconds: single seconds flicker. */
const smoothedOver = 5;

const height = 40;

/** Throughput and queue of the last three minutes. */
export function Graphs({ live }: { readonly live: Live }): JSX.Element {
  const samples = live.series.samples(useStore(live.now));
  return (
    <div class="graphs">
      <Graph
        title="Throughput"
        unit="finished / s"
        samples={samples}
        values={rates(samples)}
        digits={1}
      />
      <Graph
        title="Queue"
        unit="waiting"
        samples={samples}
        values={samples.map(({ waiting }) => waiting)}
        digits={0}
      />
    </div>
  );
}

interface GraphProps {
  readonly title: string;
  readonly unit: string;
  readonly samples: readonly Sample[];
  /** Null: not known. */
  readonly values: readonly (number | null)[];
  readonly digits: number;
}

function Graph({ title, unit, samples, values, digits }: GraphProps): JSX.Element {
  const [pointed, point] = useState<number | null>(null);
  const most = Math.max(...values.map((value) => value ?? 0));
  const top = niceTop(most);
  const text = (value: number | null | undefined): string =>
    value === null || value === undefined
      ? "–"
      : digits === 0 || value >= 100
        ? count(Math.round(value))
        : value.toFixed(digits);
  const at = pointed ?? seriesLength - 1;
  const sample = samples[at];
  const summary = `${title}: ${text(values.at(-1))} ${unit} now, at most ${text(most)} within three minutes`;
  return (
    <figure class="graph">
      <figcaption>
        <span class="title">{title}</span>
        <span class="reading">
          <b>{text(values[at])}</b> {unit}
          {pointed !== null && sample !== undefined && (
            <span class="when"> at {clockTime(sample.second * 1_000)}</span>
          )}
        </span>
      </figcaption>
      <div
        class="plot"
        onPointerMove={(event) => point(indexUnder(event))}
        onPointerLeave={() => point(null)}
      >
        <svg
          role="img"
          aria-label={summary}
          viewBox={`0 0 ${seriesLength - 1} ${height}`}
          preserveAspectRatio="none"
        >
          <path class="area" d={pathOf(values, top, true)} />
          <path class="line" d={pathOf(values, top, false)} />
          {pointed !== null && <path class="cursor" d={`M${pointed} 0V${height}`} />}
        </svg>
        <span class="top-value" aria-hidden="true">
          {count(top)}
        </span>
      </div>
    </figure>
  );
}

function indexUnder(event: PointerEvent & { readonly currentTarget: EventTarget }): number {
  const { left, width } = (event.currentTarget as HTMLElement).getBoundingClientRect();
  const share = Math.min(1, Math.max(0, (event.clientX - left) / width));
  return Math.round(share * (seriesLength - 1));
}

function rates(samples: readonly Sample[]): readonly number[] {
  let sum = 0;
  return samples.map(({ finished }, index) => {
    sum += finished - (samples[index - smoothedOver]?.finished ?? 0);
    return sum / Math.min(smoothedOver, index + 1);
  });
}

/** 1, 2 or 5 times a power of ten: a scale that does not twitch. */
function niceTop(most: number): number {
  if (most <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return ([1, 2, 5, 10].find((step) => step * power >= most) ?? 10) * power;
}

function pathOf(values: readonly (number | null)[], top: number, isArea: boolean): string {
  const first = values.findIndex((value) => value !== null);
  if (first === -1) return "";
  const y = (value: number | null): string =>
    (height - 1 - ((value ?? 0) / top) * (height - 4)).toFixed(1);
  const points = values.slice(first).map((value, index) => `${first + index} ${y(value)}`);
  const line = `M${points.join("L")}`;
  return isArea ? `${line}V${height}H${first}Z` : line;
}
