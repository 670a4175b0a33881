import type { JSX } from "preact";
import { ago, fullTime, span, timeOf } from "../view/format.ts";
import type { JobObject } from "../wire.ts";
import { etaText } from "./job-row.tsx";

interface JobFactsProps {
  readonly job: JobObject;
  /** The host's time; epoch milliseconds. */
  readonly now: number;
}

/** When, how long, how often. */
export function JobFacts({ job, now }: JobFactsProps): JSX.Element {
  const facts: readonly (readonly [string, string | null])[] = [
    ["Submitted", moment(job.CreationTime, now)],
    ["Starts after", moment(job.StartAfter, now)],
    ["Finished", moment(job.CompletionTime, now)],
    ["Runtime", job.EffectiveRuntime === 0 ? null : span(job.EffectiveRuntime * 1_000)],
    ["Time left", etaText(job, now)],
    [
      "Next attempt",
      job.DueTime === undefined ? null : `in ${span(Math.max(0, timeOf(job.DueTime) - now))}`,
    ],
    ["Key", job.Key ?? null],
    ["Priority", String(job.Priority)],
    ["Waits for", job.WaitsForType === true ? "a plugin that knows its type" : null],
  ];
  return (
    <dl class="facts">
      {facts.map(([name, value]) =>
        value === null ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

function moment(text: string | undefined, now: number): string | null {
  if (text === undefined) return null;
  const time = timeOf(text);
  return time > now ? `in ${span(time - now)}` : `${fullTime(time)} · ${ago(now - time)}`;
}
