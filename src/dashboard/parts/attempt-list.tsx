import type { JSX } from "preact";
import type { Attempt } from "../live/attempts.ts";
import { clockTime, timeOf } from "../view/format.ts";
import { words } from "../view/states.ts";
import type { JobObject } from "../wire.ts";
import { Section } from "./side-panel.tsx";

interface AttemptListProps {
  readonly job: JobObject;
  /** As far as the page has heard of them. */
  readonly attempts: readonly Attempt[];
}

/** How each attempt ended, the newest first. */
export function AttemptList({ job, attempts }: AttemptListProps): JSX.Element | null {
  const failed = Math.max(job.Attempts, ...attempts.map(({ number }) => number));
  const isOver = job.State === "Failure";
  // The only one there was is told of above.
  if (failed <= 0 || (failed === 1 && isOver)) return null;
  const numbers = Array.from({ length: failed }, (_, index) => failed - index);
  return (
    <Section title="Attempts">
      <ol class="attempts" reversed>
        {!isOver && (
          <li>
            <b>Attempt {failed + 1}</b> <span class="quiet">{words[job.State]}</span>
          </li>
        )}
        {numbers.map((number) => (
          <Ended
            key={number}
            number={number}
            ended={attempts.find((one) => one.number === number)}
          />
        ))}
      </ol>
    </Section>
  );
}

interface EndedProps {
  readonly number: number;
  readonly ended: Attempt | undefined;
}

function Ended({ number, ended }: EndedProps): JSX.Element {
  if (ended === undefined) {
    return (
      <li>
        <b>Attempt {number}</b> <span class="quiet">failed before this page looked</span>
      </li>
    );
  }
  return (
    <li>
      <b>Attempt {number}</b> <code>{ended.code}</code>{" "}
      <span class="quiet">{clockTime(timeOf(ended.heardAt))}</span>
      <p>{ended.message}</p>
    </li>
  );
}
