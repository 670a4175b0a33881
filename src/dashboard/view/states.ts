import type { Action } from "../live/rest.ts";
import type { JobObject, StateName } from "../wire.ts";

/** How jobs are put together: what happens now, what will, what is over. */
export type Group = "running" | "pending" | "inactive";

export const groups: readonly {
  readonly name: Group;
  readonly title: string;
  readonly states: readonly StateName[];
}[] = [
  { name: "running", title: "Running", states: ["Running"] },
  { name: "pending", title: "Pending", states: ["Pending", "Retry", "Paused"] },
  { name: "inactive", title: "Inactive", states: ["Failure", "Success"] },
];

const groupByState = new Map(
  groups.flatMap(({ name, states }) => states.map((state) => [state, name] as const)),
);

export const groupOf = ({ State }: { readonly State: StateName }): Group =>
  groupByState.get(State) ?? "inactive";

/** What people read for a state. */
export const words: Readonly<Record<StateName, string>> = {
  Pending: "Pending",
  Running: "Running",
  Paused: "Paused",
  Retry: "Retry",
  Success: "Success",
  Failure: "Failed",
};

/** The word for a job, with what was asked of it and not honoured yet. */
export function wordOf(job: JobObject): string {
  if (job.Requested === "pause") return "Pausing";
  if (job.Requested === "cancel") return "Canceling";
  if (isCanceled(job)) return "Canceled";
  return words[job.State];
}

export const isCanceled = (job: JobObject): boolean =>
  job.State === "Failure" && job.BatonError?.Code === "JOB_CANCELED";

/** The actions that make sense for a job now; the table of docs/job-lifecycle.md. */
export function actionsOf(job: JobObject): readonly Action[] {
  switch (job.State) {
    case "Running":
      if (job.Requested === "cancel") return [];
      return job.Requested === "pause" ? ["resume", "cancel"] : ["pause", "cancel"];
    case "Pending":
    case "Retry":
      return ["pause", "cancel"];
    case "Paused":
      return ["resume", "cancel"];
    case "Failure":
      return job.Detached === true ? [] : ["resubmit"];
    case "Success":
      return [];
  }
}

export const isFinished = ({ State }: JobObject): boolean =>
  State === "Success" || State === "Failure";
