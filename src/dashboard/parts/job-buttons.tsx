import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { actionWords, changePriority, forgetJob, perform } from "../job-actions.ts";
import type { Live } from "../live/live.ts";
import { actionsOf, isFinished } from "../view/states.ts";
import type { JobObject } from "../wire.ts";
import { icons } from "./icons.tsx";

interface JobButtonsProps {
  readonly live: Live;
  readonly job: JobObject;
  readonly isGone: boolean;
  readonly onForgotten: () => void;
}

/** What can be done to a job in its state, and nothing else. */
export function JobButtons({
  live,
  job,
  isGone,
  onForgotten,
}: JobButtonsProps): JSX.Element | null {
  if (isGone) {
    return (
      <p class="quiet">The host does not know this job any more. This is what it said last.</p>
    );
  }
  return (
    <div class="buttons" role="group" aria-label="Actions">
      {actionsOf(job).map((action) => (
        <button
          key={action}
          type="button"
          class={`button ${action === "cancel" ? "grave" : ""}`}
          onClick={() => void perform(job, action)}
        >
          {icons[action]} {actionWords[action].verb}
        </button>
      ))}
      {isFinished(job) && (
        <ForgetButton
          onSure={() => void forgetJob(live, job).then((isDone) => isDone && onForgotten())}
        />
      )}
      {!isFinished(job) && <Priority job={job} />}
    </div>
  );
}

/** It cannot be undone, so it is asked for twice. */
function ForgetButton({ onSure }: { readonly onSure: () => void }): JSX.Element {
  const [isAsked, setAsked] = useState(false);
  return (
    <button
      type="button"
      class="button grave"
      onClick={() => (isAsked ? onSure() : setAsked(true))}
      onBlur={() => setAsked(false)}
    >
      {icons.remove} {isAsked ? "Really delete" : "Delete"}
    </button>
  );
}

function Priority({ job }: { readonly job: JobObject }): JSX.Element {
  return (
    <label class="choice priority-input">
      <span>Priority</span>
      <input
        key={job.Priority}
        type="number"
        step={1}
        defaultValue={String(job.Priority)}
        onChange={({ currentTarget: { value, valueAsNumber } }) =>
          void (value !== "" && changePriority(job, Math.trunc(valueAsNumber)))
        }
      />
    </label>
  );
}
