import { JobEngineError } from "../../core/errors.ts";
import type { JobId } from "../../core/job-id.ts";
import { statuses, statusOf } from "../../adapters/native/numbers.ts";
import { retryOf } from "../../adapters/native/submit-options.ts";
import type { NativeStore } from "../../native/binding.ts";
import type { NativeRow, NativeStoreRequest } from "../../native/messages.ts";
import type { JsonValue, SubmitOptions } from "../../ports/job.ts";
import type { HostLink } from "./far-engine.ts";
import type { HeldJob, HeldJobs } from "./held-jobs.ts";

type Add = Extract<NativeStoreRequest, { readonly kind: "add" }>;

export interface FarSubmitsParts {
  readonly store: NativeStore;
  readonly jobs: HeldJobs;
  readonly link: HostLink;
}

/** How long a submit of a native thread waits for room; milliseconds. */
const roomWithinMs = 5_000;

/** Makes the submits of native threads the host's: each is answered when the host has committed it. */
export class FarSubmits {
  readonly #parts: FarSubmitsParts;

  constructor(parts: FarSubmitsParts) {
    this.#parts = parts;
  }

  async submit({ ticket, rows, mayWait }: Add): Promise<void> {
    const { store, jobs } = this.#parts;
    const [row] = rows;
    // The core refuses to submit several at once.
    if (row === undefined || rows.length > 1) {
      return store.refused(ticket, statuses.indexOf("UNSUPPORTED"));
    }
    const { promise: known, resolve } = Promise.withResolvers<void>();
    const job = jobs.offer(row.type, row.content ?? "{}", known);
    try {
      const id = await this.#ask(job, row, mayWait);
      jobs.identify(job, id);
      store.committed(ticket, id);
    } catch (error) {
      jobs.refused(job);
      store.refused(ticket, statusOf(error));
    }
    resolve();
  }

  async #ask({ number }: HeldJob, row: NativeRow, mayWait: boolean): Promise<JobId> {
    const { progress, content, submittedState: state, type, hasReset: canReset } = row;
    const snapshot = { progress, content: content ?? "{}", state };
    const patience = mayWait ? AbortSignal.timeout(roomWithinMs) : undefined;
    const question = {
      job: { payload: number, type, canReset, snapshot, tree: null },
      options: { ...optionsOf(row), noWait: !mayWait },
      wait: undefined,
    };
    try {
      const answer = await this.#parts.link.ask("submit", question, patience);
      if (answer.kind === "submitted") return answer.id as JobId;
    } catch (error) {
      const isAbort = error instanceof Error && error.name === "AbortError";
      throw isAbort ? new JobEngineError("QUEUE_FULL") : error;
    }
    throw new JobEngineError("INTERNAL", "a submit was answered in no known way");
  }
}

/** What a native plugin has wished for its job, in the words of the host. */
function optionsOf(row: NativeRow): SubmitOptions {
  const { maxAttempts, ...backoff } = retryOf(row);
  const { priority, key, startAt, userData } = row;
  return {
    priority,
    maxAttempts,
    backoff,
    stepTimeoutMs: row.stepTimeoutMs,
    ...(key !== null && { key }),
    ...(startAt > 0 && { startAfterMs: Math.max(0, startAt - Date.now()) }),
    ...(userData !== null && { userData: JSON.parse(userData) as JsonValue }),
  };
}
