import { noFailures } from "../core/past-failures.ts";
import type { JobRecord } from "../core/job-record.ts";
import type { OutputRecord } from "../core/output.ts";
import type { JobInfo, JsonObject, JsonValue } from "../ports/job.ts";

/** What the world sees of a record. */
export function jobInfo(
  record: JobRecord,
  {
    waitsForType,
    detached,
    remainingMs,
  }: Pick<JobInfo, "waitsForType" | "detached" | "remainingMs">,
): JobInfo {
  const { state, content, userData } = record;
  const info: JobInfo = {
    id: record.id,
    type: record.type,
    plugin: record.plugin,
    priority: record.priority,
    sequence: record.sequence,
    key: record.key,
    startAt: record.startAt,
    state: state.kind,
    requested: state.kind === "running" ? state.requested : "nothing",
    dueAt: state.kind === "retrying" ? state.dueAt : null,
    error: state.kind === "failed" ? state.error : null,
    waitsForType,
    detached,
    createdAt: record.createdAt,
    changedAt: record.changedAt,
    attempts: record.attempts,
    maxAttempts: record.retry.maxAttempts,
    lastError: record.lastError,
    failures: record.failures ?? noFailures,
    runtimeMs: record.runtimeMs,
    progress: record.progress,
    remainingMs,
    outputs: state.kind === "succeeded" ? record.outputs.map(shown) : none,
    userData: null,
    content: nothing,
  };
  // Read only by whoever wants it: most that are told of a job do not. Every content that comes in is
  // checked to be the text of a JSON object. Of the record only this text is held: whoever keeps what
  // was told of a job must not keep its state. Most jobs that wait show nothing: V8 makes a dictionary of
  // what has accessors of its own, of 1.8 kB instead of 0.3.
  if (content !== "{}") readLate(info, "content", content);
  if (userData !== null) readLate(info, "userData", userData);
  return info;
}

/** Has a property read from `text` each time that somebody looks at it. */
function readLate(info: JobInfo, name: "content" | "userData", text: string): void {
  Object.defineProperty(info, name, { get: () => JSON.parse(text) as JsonValue });
}

/** Of all jobs that show nothing. */
const nothing: JsonObject = Object.freeze({});

const none: JobInfo["outputs"] = [];

const shown = ({ key, mime, size }: OutputRecord): JobInfo["outputs"][number] => ({
  key,
  mime,
  size,
});
