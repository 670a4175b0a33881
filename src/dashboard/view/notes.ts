import type { JobObject } from "../wire.ts";
import { span, timeOf } from "./format.ts";
import { isCanceled } from "./states.ts";

/** What there is to say of a job beside how far it is; often nothing. `now`: epoch milliseconds. */
export function noteOf(job: JobObject, now: number): string {
  if (job.WaitsForType === true) return "waits for its plugin";
  switch (job.State) {
    case "Pending":
      return startText(job, now);
    case "Retry":
      return retryText(job, now);
    case "Failure":
      return failureText(job);
    case "Success":
      return outputsText(job.Outputs?.length ?? 0);
    case "Running":
    case "Paused":
      return "";
  }
}

function startText({ StartAfter }: JobObject, now: number): string {
  const wait = StartAfter === undefined ? 0 : timeOf(StartAfter) - now;
  return wait > 0 ? `starts in ${span(wait)}` : "";
}

function retryText({ DueTime, BatonError }: JobObject, now: number): string {
  const wait = DueTime === undefined ? 0 : Math.max(0, timeOf(DueTime) - now);
  const why = BatonError === undefined ? "" : `, ${BatonError.Code}`;
  return `again in ${span(wait)}${why}`;
}

function failureText(job: JobObject): string {
  const { BatonError: error } = job;
  if (error === undefined || isCanceled(job)) return "";
  const text = `${error.Code}: ${error.Message}`;
  return job.Detached === true ? `${text} (still stepping)` : text;
}

function outputsText(outputs: number): string {
  if (outputs === 0) return "";
  return outputs === 1 ? "1 output" : `${outputs} outputs`;
}
