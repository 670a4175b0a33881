import { deserialize } from "node:v8";
import type { JobId } from "../../../core/job-id.ts";
import type { NativeRow, NativeStoreRequest } from "../../../native/messages.ts";
import { retryOf, startAtOf } from "../../native/submit-options.ts";
import { valuesOf, type JobRow } from "./job-row.ts";
import type { WriteRequest } from "./messages.ts";
import { placed } from "./placed.ts";

/** What was taken from the native core's queue, as the writes the server knows. */
export function readNativeRequest(request: NativeStoreRequest): WriteRequest {
  const { ticket } = request;
  switch (request.kind) {
    case "property": {
      const { plugin, name, value } = request;
      const property = { plugin, name, value };
      return own(ticket, { adds: false, writes: [{ kind: "property", property }] });
    }
    case "update":
      return numbered(deserialize(request.update) as WriteRequest, request.sequence, ticket);
    case "add": {
      const writes = request.rows.map((row) => {
        return { kind: "put" as const, id: row.id as JobId, row: valuesOf(toRow(row)) };
      });
      return own(ticket, { adds: true, writes });
    }
    case "checkpoint": {
      const { state, progress, content, runtimeMs } = request;
      const run = { current_state: state, progress, content, runtime_ms: runtimeMs };
      const id = request.id as JobId;
      return own(ticket, { adds: false, writes: [{ kind: "checkpoint", id, run }] });
    }
  }
}

/** New jobs have got their places when they were queued. */
function numbered(update: WriteRequest, sequence: number, ticket: number): WriteRequest {
  return {
    ...update,
    ticket,
    writes: update.adds ? placed(update.writes, sequence) : update.writes,
  };
}

function own(ticket: number, request: Pick<WriteRequest, "adds" | "writes">): WriteRequest {
  return { kind: "write", number: 0, heard: 0, ticket, ...request };
}

/** A job that a native thread has just submitted. */
function toRow(row: NativeRow): JobRow {
  const retry = retryOf(row);
  return {
    sequence: row.sequence,
    id: row.id,
    type: row.type,
    plugin: row.plugin,
    priority: row.priority,
    state: 1,
    requested: null,
    due_at: null,
    error_code: null,
    error_message: null,
    error_details: null,
    created_at: row.createdAt,
    changed_at: row.createdAt,
    attempts: 0,
    max_attempts: retry.maxAttempts,
    backoff_first_ms: retry.firstDelayMs,
    backoff_factor: retry.factor,
    backoff_cap_ms: retry.capMs,
    backoff_jitter: retry.jitter,
    last_error_code: null,
    last_error_message: null,
    last_error_details: null,
    failures: null,
    step_timeout_ms: row.stepTimeoutMs,
    runtime_ms: 0,
    progress: row.progress,
    content: row.content ?? "{}",
    outputs: null,
    can_reset: Number(row.hasReset),
    reset_due: 0,
    submitted_state: row.submittedState,
    current_state: row.submittedState,
    key: row.key,
    start_at: startAtOf(row),
    user_data: row.userData,
  };
}
