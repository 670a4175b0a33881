import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { Details } from "../live/details.ts";
import type { Live } from "../live/live.ts";
import { useStore } from "../live/store.ts";
import { bytes } from "../view/format.ts";
import type { JobObject } from "../wire.ts";
import { AttemptList } from "./attempt-list.tsx";
import { Bar } from "./bar.tsx";
import { icons, JobShape } from "./icons.tsx";
import { JobFacts } from "./job-facts.tsx";
import { JobButtons } from "./job-buttons.tsx";
import { JsonView } from "./json-view.tsx";
import { LogTail } from "./log-tail.tsx";
import { ProgressTree } from "./progress-tree.tsx";
import { Section, SidePanel } from "./side-panel.tsx";
import { tell } from "../notices.ts";
import { wordOf } from "../view/states.ts";

interface JobPanelProps {
  readonly live: Live;
  readonly id: string;
  readonly onClose: () => void;
}

/** One job in full. */
export function JobPanel({ live, id, onClose }: JobPanelProps): JSX.Element {
  const details = useMemo(() => new Details(live, id), [live, id]);
  useEffect(() => () => details.close(), [details]);
  useStore(live.version);
  useStore(live.now);
  const isGone = useStore(details.isGone);
  const job = live.jobs.get(id);
  if (job === undefined) {
    return (
      <SidePanel label="Job" onClose={onClose} head={<h2>{isGone ? "Gone" : "Job"}</h2>}>
        <p class="quiet">
          {isGone
            ? "The host does not know this job any more: it was deleted, or has left the history."
            : "Asking for the job…"}
        </p>
      </SidePanel>
    );
  }
  return (
    <SidePanel label={`Job ${job.Type}`} onClose={onClose} head={<JobTitle job={job} />}>
      <Standing job={job} />
      <JobButtons live={live} job={job} isGone={isGone} onForgotten={onClose} />
      <JobError job={job} />
      <Outputs job={job} />
      <JobFacts job={job} now={live.hostNow()} />
      <ProgressTree details={details} jobId={id} />
      <AttemptList job={job} attempts={live.attempts.of(id)} />
      <LogTail details={details} />
      <Data title="Content" value={job.Content} />
      {job.UserData !== undefined && <Data title="User data" value={job.UserData} />}
    </SidePanel>
  );
}

function JobTitle({ job }: { readonly job: JobObject }): JSX.Element {
  return (
    <>
      <h2>{job.Type}</h2>
      <p class="job-id">
        <code>{job.ID}</code>
        <button
          type="button"
          class="plain square"
          title="Copy the id"
          onClick={() => void copy(job.ID)}
        >
          {icons.copy}
          <span class="unseen">Copy the id</span>
        </button>
      </p>
    </>
  );
}

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    tell("done", "Copied.");
  } catch {
    tell("refused", "The browser does not let this page copy.");
  }
}

function Standing({ job }: { readonly job: JobObject }): JSX.Element {
  const isActive = job.State === "Running";
  return (
    <div class="standing" data-state={job.State}>
      <span class="badge" data-state={job.State}>
        <JobShape job={job} />
        {wordOf(job)}
      </span>
      <Bar percent={job.Progress} isActive={isActive} label="Progress" />
      <span class="percent">{job.Progress} %</span>
    </div>
  );
}

function JobError({ job }: { readonly job: JobObject }): JSX.Element | null {
  const { BatonError: error } = job;
  if (error === undefined) return null;
  const isOver = job.State === "Failure";
  return (
    <div class="error" data-over={isOver}>
      <p>
        <code>{error.Code}</code>
        {!isOver && <span class="quiet"> in attempt {error.Attempt}; it is tried again</span>}
      </p>
      <p>{error.Message}</p>
      {error.Description !== undefined && <p class="quiet">{error.Description}</p>}
      {job.Detached === true && (
        <p class="quiet">Its step has not returned yet; until then it cannot be tried again.</p>
      )}
      {error.Details !== undefined && <JsonView value={error.Details} />}
    </div>
  );
}

function Outputs({ job }: { readonly job: JobObject }): JSX.Element | null {
  const { Outputs: outputs = [] } = job;
  if (outputs.length === 0) return null;
  return (
    <Section title="Outputs">
      <ul class="outputs">
        {outputs.map(({ Key, Mime, Size }) => (
          <li key={Key}>
            <a href={`jobs/${job.ID}/${Key}`} download={Key}>
              {icons.download}
              {Key}
            </a>
            <span class="quiet">
              {Mime} · {bytes(Size)}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Data({ title, value }: { readonly title: string; readonly value: unknown }): JSX.Element {
  return (
    <Section
      title={title}
      more={
        <button
          type="button"
          class="plain small"
          onClick={() => void copy(JSON.stringify(value, null, 2))}
        >
          Copy JSON
        </button>
      }
    >
      <JsonView value={value} />
    </Section>
  );
}
