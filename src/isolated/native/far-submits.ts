import { JobEngineError } from "../../core/errors.ts";
import type { JobId } from "../../core/job-id.ts";
import { statusOf } from "../../adapters/native/numbers.ts";
import { retryOf } from "../../adapters/native/submit-options.ts";
import type { NativeStore } from "../../native/binding.ts";
import type { NativeRow, NativeStoreRequest } from "../../native/messages.ts";
import type { JsonValue, SubmitOptions } from "../../ports/job.ts";
import type { HostLink } from "./host-link.ts";
import type { FarJob } from "../../adapters/isolation/protocol/calls.ts";
import { CallWindows } from "../call-windows.ts";
import type { HeldJob, HeldJobs } from "./held-jobs.ts";

type Add = Extract<NativeStoreRequest, { readonly kind: "add" }>;

export interface FarSubmitsParts {
  readonly store: NativeStore;
  readonly jobs: HeldJobs;
  readonly link: HostLink;
}

/** How long a submit of a native thread waits for room; milliseconds. */
const roomWithinMs = 5_000;

/** Jobs of a batch cross together until they are so many bytes: a message can be four times as large. */
const gatheredBytes = 4_194_304;

/** Makes the submits of native threads the host's: each is answered when the host has committed it. */
export class FarSubmits {
  readonly #parts: FarSubmitsParts;
  /** A plugin need not wait for `submit_job_async`: what is too much for the host waits here. */
  readonly #windows = new CallWindows();
  #batches = 0;

  constructor(parts: FarSubmitsParts) {
    this.#parts = parts;
  }

  /** All rows are submitted, or none. */
  async submit({ ticket, rows, mayWait }: Add): Promise<void> {
    const { store, jobs } = this.#parts;
    const { promise: known, resolve } = Promise.withResolvers<void>();
    const held = rows.map((row) => jobs.offer(row.type, row.content ?? "{}", known));
    try {
      const ids = await this.#ask(held.map(farJob(rows)), rows, mayWait);
      for (const [at, id] of ids.entries()) {
        const job = held[at];
        if (job !== undefined) jobs.identify(job, id);
      }
      store.committed(ticket, ids);
    } catch (error) {
      for (const job of held) jobs.refused(job);
      store.refused(ticket, statusOf(error));
    }
    resolve();
  }

  async #ask(
    jobs: readonly FarJob[],
    [row]: readonly NativeRow[],
    mayWait: boolean,
  ): Promise<readonly JobId[]> {
    const patience = mayWait ? AbortSignal.timeout(roomWithinMs) : undefined;
    const options = { ...(row !== undefined && optionsOf(row)), noWait: !mayWait };
    const [only] = jobs;
    const ask = (): Promise<readonly JobId[]> =>
      only === undefined || jobs.length > 1
        ? this.#askAll(jobs, options, patience)
        : this.#askOne(only, options, patience);
    try {
      return await this.#windows.ofSubmits(options).pass(ask, patience);
    } catch (error) {
      const isAbort = error instanceof Error && error.name === "AbortError";
      throw isAbort ? new JobEngineError("QUEUE_FULL") : error;
    }
  }

  async #askOne(
    job: FarJob,
    options: SubmitOptions,
    patience: AbortSignal | undefined,
  ): Promise<readonly JobId[]> {
    const question = { job, options, wait: undefined };
    const answer = await this.#parts.link.ask("submit", question, patience);
    if (answer.kind === "submitted") return [answer.id as JobId];
    throw new JobEngineError("INTERNAL", "a submit was answered in no known way");
  }

  async #askAll(
    jobs: readonly FarJob[],
    options: SubmitOptions,
    patience: AbortSignal | undefined,
  ): Promise<readonly JobId[]> {
    const { link } = this.#parts;
    const batch = (this.#batches += 1);
    for (const some of inParts(jobs)) link.tell("gather", { batch, jobs: some });
    const ids = await link.ask("submitAll", { batch, options }, patience);
    if (ids.length === jobs.length) return ids as readonly JobId[];
    throw new JobEngineError("INTERNAL", "a batch was answered with too few ids");
  }
}

const farJob =
  (rows: readonly NativeRow[]) =>
  ({ number, type, content }: HeldJob, at: number): FarJob => {
    const row = rows[at];
    const snapshot = { progress: row?.progress ?? 0, content, state: row?.submittedState ?? null };
    return { payload: number, type, canReset: row?.hasReset ?? false, snapshot, tree: null };
  };

/** So that each part can be a message. */
function* inParts(jobs: readonly FarJob[]): Generator<readonly FarJob[]> {
  let part: FarJob[] = [];
  let bytes = 0;
  for (const job of jobs) {
    const { content, state } = job.snapshot;
    part.push(job);
    bytes += 2 * content.length + (state?.byteLength ?? 0);
    if (bytes < gatheredBytes) continue;
    yield part;
    part = [];
    bytes = 0;
  }
  yield part;
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
    awaited: row.awaited,
    ...(key !== null && { key }),
    ...(startAt > 0 && { startAfterMs: Math.max(0, startAt - Date.now()) }),
    ...(userData !== null && { userData: JSON.parse(userData) as JsonValue }),
  };
}
