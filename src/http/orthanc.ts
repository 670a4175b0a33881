import type { JobFailure } from "../core/job-state.ts";
import type { JobInfo, JobLogEntry, JsonObject, JsonValue, LogLevel } from "../ports/job.ts";
import { describeError, numberOfFailure } from "./orthanc-errors.ts";

/** A job on the wire: Orthanc's names and formats, keys in alphabetical order as it sends them. */
export interface JobObject {
  /** Ours: retryable failures since the last (re)submit. */
  readonly Attempts: number;
  /** Ours: the failure in full; also while a job that failed before is tried again. */
  readonly BatonError?: {
    readonly Code: string;
    /** What the plugin says of this code in general; absent: nothing. */
    readonly Description?: string;
    /** What the job's plugin says of this failure, for programs; absent: nothing. */
    readonly Details?: JsonValue;
    readonly Message: string;
    /** Which attempt ended so; 1 is the first. */
    readonly Attempt: number;
  };
  /** Only when finished. */
  readonly CompletionTime?: string;
  readonly Content: JsonObject;
  readonly CreationTime: string;
  /** Ours: its step took too long and has not returned yet; until then it cannot be resubmitted. */
  readonly Detached?: true;
  /** Ours: when a job in Retry steps again. */
  readonly DueTime?: string;
  /** Seconds spent in steps. */
  readonly EffectiveRuntime: number;
  readonly ErrorCode: number;
  readonly ErrorDescription: string;
  readonly ErrorDetails: string;
  /** Only when running, above 1 %. */
  readonly EstimatedTimeOfArrival?: string;
  /** Ours: how its attempts failed, oldest first; absent: none did. */
  readonly Failures?: readonly {
    readonly Attempt: number;
    readonly Code: string;
    readonly Message: string;
    readonly Time: string;
  }[];
  readonly ID: string;
  /** Ours: jobs of one key share a limit. */
  readonly Key?: string;
  /** Ours: what can be read at /jobs/{id}/{Key}; absent: nothing. `Size` is in bytes. */
  readonly Outputs?: readonly {
    readonly Key: string;
    readonly Mime: string;
    readonly Size: number;
  }[];
  readonly Priority: number;
  /** 0 to 100. */
  readonly Progress: number;
  /** Ours: asked of a running job and not honoured yet. */
  readonly Requested?: "pause" | "cancel";
  /** Ours: it does not start before. */
  readonly StartAfter?: string;
  readonly State: StateName;
  /** When this answer was made. */
  readonly Timestamp: string;
  readonly Type: string;
  /** What its submitter gave along: any JSON. */
  readonly UserData?: JsonValue;
  /** Ours: it waits for a plugin that knows its type. */
  readonly WaitsForType?: true;
}

/** Orthanc's names of the six states. */
export type StateName = "Pending" | "Running" | "Paused" | "Retry" | "Success" | "Failure";

export const stateNames: Readonly<Record<JobInfo["state"], StateName>> = {
  pending: "Pending",
  running: "Running",
  paused: "Paused",
  retrying: "Retry",
  succeeded: "Success",
  failed: "Failure",
};

/** Below this the rate says too little for an estimate; a fraction of 1. */
const leastProgressForEstimate = 0.01;

/** The last that a Date can say in four digits of the year; epoch milliseconds. */
const latestTime = Date.UTC(9999, 11, 31);

/** What a plugin says of an error code of its jobs; null: nothing. */
export type DescribeError = (plugin: string, code: string) => string | null;

/** Shows a job as Orthanc does. `now` is epoch milliseconds. */
export function jobObject(
  job: JobInfo,
  now: number,
  describe: DescribeError = () => null,
): JobObject {
  const number = job.error === null ? 0 : numberOfFailure(job.error.code);
  return {
    Attempts: job.attempts,
    ...batonError(job, describe),
    ...completion(job),
    Content: job.content,
    CreationTime: timeText(job.createdAt),
    ...(job.detached ? { Detached: true } : {}),
    ...optional("DueTime", timeOrNull(job.dueAt)),
    EffectiveRuntime: job.runtimeMs / 1000,
    ErrorCode: number,
    ErrorDescription: describeError(number),
    ErrorDetails: job.error?.message ?? "",
    ...estimate(job, now),
    ...(job.failures.length === 0 ? {} : { Failures: job.failures.map(failureObject) }),
    ID: job.id,
    ...optional("Key", job.key),
    ...(job.outputs.length === 0 ? {} : { Outputs: job.outputs.map(outputObject) }),
    Priority: job.priority,
    Progress: Math.round(100 * fraction(job.progress)),
    ...(job.requested === "nothing" ? {} : { Requested: job.requested }),
    ...optional("StartAfter", timeOrNull(job.startAt)),
    State: stateNames[job.state],
    Timestamp: timeText(now),
    Type: job.type,
    ...optional("UserData", job.userData),
    ...(job.waitsForType ? { WaitsForType: true } : {}),
  };
}

const failureObject = ({ attempt, code, message, at }: JobInfo["failures"][number]) =>
  ({ Attempt: attempt, Code: code, Message: message, Time: timeText(at) }) as const;

const outputObject = ({ key, mime, size }: JobInfo["outputs"][number]) =>
  ({ Key: key, Mime: mime, Size: size }) as const;

/** A line of a job's log on the wire. Orthanc has none; the names follow its own. */
export interface LogObject {
  /** Absent: the line has only a text. */
  readonly Data?: JsonValue;
  readonly Level: LogLevel;
  /** From 1; a gap before the first means that older lines are not kept any more. */
  readonly Number: number;
  readonly Text: string;
  readonly Time: string;
}

export function logObject({ data, level, number, text, time }: JobLogEntry): LogObject {
  return {
    ...(data === null ? {} : { Data: data }),
    Level: level,
    Number: number,
    Text: text,
    Time: timeText(time),
  };
}

/**
 * `YYYYMMDDTHHMMSS.ffffff`, UTC. Orthanc drops the fraction when it is zero, and its clients stumble
 * over that: here it always has six digits.
 */
export function timeText(epochMs: number): string {
  // Cut, because this is done for every time of every job in a list. A year outside of 0 to 9999 has a sign.
  const iso = new Date(epochMs).toISOString();
  const end = iso.length - 1;
  const [date, time] = [iso.slice(0, end - 13), iso.slice(end - 12, end)];
  return `${date.replaceAll("-", "")}T${time.slice(0, 2)}${time.slice(3, 5)}${time.slice(6)}000`;
}

const timeOrNull = (epochMs: number | null): string | null =>
  epochMs === null ? null : timeText(epochMs);

/** A member that is there only if there is something to show. */
function optional<Name extends string, T>(
  name: Name,
  value: T | null,
): { readonly [key in Name]?: T } {
  return value === null ? {} : ({ [name]: value } as { readonly [key in Name]: T });
}

function batonError(job: JobInfo, describe: DescribeError): Pick<JobObject, "BatonError"> {
  const error = job.error ?? (job.state === "succeeded" ? null : job.lastError);
  if (error === null) return {};
  const description = describe(job.plugin, error.code);
  return {
    BatonError: {
      Code: error.code,
      ...(description === null ? {} : { Description: description }),
      ...(error.details === undefined ? {} : { Details: error.details }),
      Message: error.message,
      Attempt: attemptOf(job, error),
    },
  };
}

/**
 * In which attempt this happened. `attempts` counts failures that can be tried again, of which the last
 * ends the job only if no attempt is left, and steps that took too long; any other end comes on top.
 */
function attemptOf({ state, attempts, maxAttempts }: JobInfo, { code }: JobFailure): number {
  const isLastTried = attempts > 0 && (attempts >= maxAttempts || code === "STEP_TIMED_OUT");
  return state !== "failed" || isLastTried ? Math.max(1, attempts) : attempts + 1;
}

function completion(job: JobInfo): Pick<JobObject, "CompletionTime"> {
  const isFinished = job.state === "succeeded" || job.state === "failed";
  return isFinished ? { CompletionTime: timeText(job.changedAt) } : {};
}

function estimate(job: JobInfo, now: number): Pick<JobObject, "EstimatedTimeOfArrival"> {
  const { remainingMs, progress } = job;
  if (remainingMs === null || progress <= leastProgressForEstimate) return {};
  // A date has an end; what takes longer will have another rate by then.
  return { EstimatedTimeOfArrival: timeText(Math.min(now + remainingMs, latestTime)) };
}

/** Between 0 and 1, whatever a getter said. */
function fraction(progress: number): number {
  return Number.isNaN(progress) ? 0 : Math.min(1, Math.max(0, progress));
}
