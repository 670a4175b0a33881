import type { JSX } from "preact";
import { memo } from "preact/compat";
import { actionWords, perform } from "../job-actions.ts";
import { clockTime, count, shortId, span, timeOf, fullTime } from "../view/format.ts";
import { noteOf } from "../view/notes.ts";
import { actionsOf, isCanceled, wordOf } from "../view/states.ts";
import type { JobObject } from "../wire.ts";
import { Bar } from "./bar.tsx";
import { icons, JobShape } from "./icons.tsx";

interface JobRowProps {
  readonly job: JobObject;
  /** Its place in the whole table, from 0. */
  readonly index: number;
  readonly top: number;
  readonly isActive: boolean;
  readonly isOpen: boolean;
  /** Somebody points at it, by mouse or with the keys. */
  readonly hasActions: boolean;
  /** The host's time, epoch milliseconds; 0 where nothing in the row depends on it. */
  readonly now: number;
  readonly onOpen: (id: string) => void;
}

/** A line of the table. Drawn again only if one of these has changed. */
export const JobRow = memo(function JobRow(props: JobRowProps): JSX.Element {
  const { job, index, top, isActive, isOpen, hasActions, now, onOpen } = props;
  return (
    <div
      role="row"
      id={`job-${job.ID}`}
      class="row"
      aria-rowindex={index + 2}
      aria-level={2}
      aria-selected={isOpen}
      data-state={job.State}
      data-failed={job.State === "Failure" && !isCanceled(job)}
      data-active={isActive}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => onOpen(job.ID)}
    >
      <span role="gridcell" class="state">
        <JobShape job={job} />
        {wordOf(job)}
      </span>
      <span role="gridcell" class="type">
        <b>{job.Type}</b> <code>{shortId(job.ID)}</code>
      </span>
      <span role="gridcell" class="key">
        {job.Key ?? ""}
      </span>
      <span role="gridcell" class="number priority">
        {job.Priority === 0 ? <span class="faint">0</span> : job.Priority}
      </span>
      <span role="gridcell" class="progress">
        <Progress job={job} now={now} />
      </span>
      <span role="gridcell" class="number attempts">
        {job.Attempts === 0 ? <span class="faint">0</span> : count(job.Attempts)}
      </span>
      <span role="gridcell" class="number runtime">
        {job.EffectiveRuntime === 0 ? (
          <span class="faint">–</span>
        ) : (
          span(job.EffectiveRuntime * 1_000)
        )}
      </span>
      <span role="gridcell" class="number eta">
        {etaText(job, now) ?? <span class="faint">–</span>}
      </span>
      <span role="gridcell" class="number submitted" title={fullTime(timeOf(job.CreationTime))}>
        {clockTime(timeOf(job.CreationTime))}
      </span>
      <span role="gridcell" class="actions">
        {hasActions && <RowActions job={job} />}
      </span>
    </div>
  );
});

/** Null: nothing can be said. */
export function etaText(job: JobObject, now: number): string | null {
  const at = job.EstimatedTimeOfArrival;
  return at === undefined ? null : span(Math.max(0, timeOf(at) - now));
}

/** How far it is, or why it is not further. */
function Progress({ job, now }: { readonly job: JobObject; readonly now: number }): JSX.Element {
  const note = noteOf(job, now);
  switch (job.State) {
    case "Failure":
      return <span class={isCanceled(job) ? "note" : "note trouble"}>{note}</span>;
    case "Success":
      return <span class="note">{note}</span>;
    case "Running":
    case "Paused":
    case "Pending":
    case "Retry":
      // What has not begun has no bar: an empty one says nothing, many of them are noise.
      if (job.State === "Pending" && job.Progress === 0) return <span class="note">{note}</span>;
      return (
        <>
          {/* Its own for each job: else it would move from the last job in this place to this one. */}
          <Bar key={job.ID} percent={job.Progress} isActive={job.State === "Running"} />
          <span class="percent">{job.Progress} %</span>
          {note !== "" && <span class="note">{note}</span>}
        </>
      );
  }
}

/** By mouse; the keyboard has keys for them, and the panel has them all. */
function RowActions({ job }: { readonly job: JobObject }): JSX.Element[] {
  return actionsOf(job).map((action) => (
    <button
      key={action}
      type="button"
      tabIndex={-1}
      class="plain square"
      title={actionWords[action].verb}
      onClick={(event) => {
        event.stopPropagation();
        void perform(job, action);
      }}
    >
      {icons[action]}
      <span class="unseen">{actionWords[action].verb}</span>
    </button>
  ));
}

/** Whether the row shows something that time alone changes. */
export const dependsOnTime = ({ State, StartAfter }: JobObject): boolean =>
  State === "Running" || State === "Retry" || (State === "Pending" && StartAfter !== undefined);
