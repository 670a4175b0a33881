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
  return {
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
    get userData() {
      return userData === null ? null : (JSON.parse(userData) as JsonValue);
    },
    // Read only by whoever wants it: most that are told of a job do not. Every content that comes in
    // is checked to be the text of a JSON object. Of the record only this text is held: whoever keeps
    // what was told of a job must not keep its state.
    get content() {
      return JSON.parse(content) as JsonObject;
    },
  };
}

const none: JobInfo["outputs"] = [];

const shown = ({ key, mime, size }: OutputRecord): JobInfo["outputs"][number] => ({
  key,
  mime,
  size,
});
