import { JobEngineError } from "../core/errors.ts";
import type { JobId } from "../core/job-id.ts";
import type { JobRecord, NewJobRecord } from "../core/job-record.ts";
import type { Clock } from "../ports/clock.ts";
import type { Ids } from "../ports/ids.ts";
import type { JobStore } from "../ports/job-store.ts";
import type { SubmitOptions } from "../ports/job.ts";
import type { JobHandle } from "../ports/plugin.ts";
import type { Payload } from "../ports/runner.ts";
import type { Announcer } from "./announcer.ts";
import { readSubmitOptions } from "./arguments.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { EngineLog } from "./engine-log.ts";
import type { Handles } from "./handles.ts";
import type { Ledger } from "./ledger.ts";

export interface SubmissionParts {
  readonly handles: Handles;
  readonly store: JobStore;
  readonly ledger: Ledger;
  readonly dispatcher: Dispatcher;
  readonly announcer: Announcer;
  readonly log: EngineLog;
  readonly clock: Clock;
  readonly ids: Ids;
}

/**
 * Takes jobs over from plugins. Everything that can fail comes first; the payload changes hands
 * when the record is in the store, and then nothing can fail any more.
 */
export class Submission {
  readonly #parts: SubmissionParts;
  readonly #underWay = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor(parts: SubmissionParts) {
    this.#parts = parts;
  }

  /** See PluginHost.submitJob. `entered` is called when the job is in the table, before it can run. */
  async submit(
    plugin: string,
    handle: JobHandle,
    options: SubmitOptions,
    entered: (id: JobId) => void,
  ): Promise<JobId> {
    const submit = this.#submit(plugin, handle, options, entered);
    this.#underWay.add(submit);
    try {
      return await submit;
    } finally {
      this.#underWay.delete(submit);
    }
  }

  /** Refuses what comes from now on; resolves when what was taken has been answered. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#underWay);
  }

  /** A job that is the engine's now, and committed if it had to be, takes its place. */
  enter(record: JobRecord, payload: Payload, admitted: boolean, entered = ignore): void {
    const { ledger, announcer, dispatcher } = this.#parts;
    ledger.attach(record.id, payload);
    ledger.enter(record);
    entered(record.id);
    if (admitted) dispatcher.adopt(record);
    else dispatcher.enqueue(record);
    // Last, so that an observer that asks for something finds the job in its place.
    if (announcer.isObserved) announcer.tell({ kind: "submitted", job: ledger.info(record) });
  }

  async #submit(
    plugin: string,
    handle: JobHandle,
    options: SubmitOptions,
    entered: (id: JobId) => void,
  ): Promise<JobId> {
    const { startAfterMs, ...wish } = readSubmitOptions(options);
    const submitting = this.#parts.handles.beginSubmit(plugin, handle);
    try {
      if (this.#isClosed) throw new JobEngineError("CLOSING");
      const { type, payload } = submitting;
      const { progress, content, state } = payload.snapshot();
      const createdAt = this.#parts.clock.now();
      const added = await this.#add({
        id: this.#parts.ids.jobId(),
        type,
        plugin,
        ...wish,
        startAt: startAfterMs === 0 ? null : Math.ceil(createdAt + startAfterMs),
        state: { kind: "pending" },
        createdAt,
        changedAt: createdAt,
        attempts: 0,
        lastError: null,
        runtimeMs: 0,
        progress,
        content,
        outputs: [],
        canReset: payload.canReset,
        resetDue: false,
        submittedState: state,
        currentState: state,
      });
      submitting.succeed();
      this.enter(added, payload, false, entered);
      return added.id;
    } catch (error) {
      submitting.fail();
      throw error;
    }
  }

  async #add(record: NewJobRecord): Promise<JobRecord> {
    const { store } = this.#parts;
    const { sequence, committed } = store.add(record);
    if (store.durable) {
      if (record.submittedState === null) committed.catch(() => this.#complain(record.id));
      else await committed;
    }
    return { ...record, sequence };
  }

  /** A job that cannot be saved runs all the same; only its trace after a restart is lost. */
  #complain(id: JobId): void {
    const text = "the store refused the record of a job that is not serializable";
    this.#parts.log.line({ level: "warning", text, plugin: "baton", id });
  }
}

function ignore(_id: JobId): void {}
