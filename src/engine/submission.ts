import { JobEngineError } from "../core/errors.ts";
import type { JobId } from "../core/job-id.ts";
import { newJobState, noOutputs, type JobRecord, type NewJobRecord } from "../core/job-record.ts";
import type { Clock } from "../ports/clock.ts";
import type { Ids } from "../ports/ids.ts";
import type { JobStore } from "../ports/job-store.ts";
import type { SubmitOptions } from "../ports/job.ts";
import type { JobHandle } from "../ports/plugin.ts";
import type { Outside } from "../ports/outside.ts";
import type { Payload } from "../ports/runner.ts";
import type { Announcer } from "./announcer.ts";
import { readSubmitOptions, type SubmitWish } from "./arguments.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { EngineLog } from "./engine-log.ts";
import type { Handles, Submitting } from "./handles.ts";
import type { Ledger } from "./ledger.ts";
import type { Waiters } from "./waiters.ts";
import type { WaitingRoom } from "./waiting-room.ts";

/** BATON_MAX_BATCH of baton.h. */
const maxBatch = 10_000;

export interface SubmissionParts {
  readonly handles: Handles;
  readonly store: JobStore;
  readonly ledger: Ledger;
  readonly dispatcher: Dispatcher;
  readonly announcer: Announcer;
  readonly log: EngineLog;
  readonly room: WaitingRoom;
  readonly waiters: Waiters;
  readonly clock: Clock;
  readonly ids: Ids;
}

/**
 * Takes jobs over from plugins. Everything that can fail comes first; the payload changes hands
 * when the record is in the store, and then nothing can fail any more.
 */
export class Submission {
  readonly #parts: SubmissionParts;
  #underWay = 0;
  /** Whoever waits until nothing is under way. */
  #settled: (() => void) | null = null;
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
    const wish = readSubmitOptions(options);
    const { patience } = wish;
    patience.signal?.throwIfAborted();
    const submitting = this.#parts.handles.beginSubmit(plugin, handle);
    this.#underWay += 1;
    try {
      if (this.#isClosed) throw new JobEngineError("CLOSING");
      const record = this.#recordOf(plugin, submitting, wish);
      const entering = this.#parts.room.enter(patience);
      if (entering !== null) await entering;
      const sequence = await this.#addOrLeave(record);
      submitting.succeed();
      this.enter({ ...record, sequence }, submitting.payload, {
        admitted: false,
        awaited: wish.awaited,
        entered: () => entered(record.id),
      });
      return record.id;
    } catch (error) {
      submitting.fail();
      throw error;
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#settled?.();
    }
  }

  /**
   * Submits several jobs in one write: all of them, or none. Resolves with their ids, in their order.
   * @throws {JobEngineError} as `submit`; TOO_LARGE: they are too many
   */
  async submitAll(
    plugin: string,
    handles: readonly JobHandle[],
    options: SubmitOptions = {},
  ): Promise<readonly JobId[]> {
    if (handles.length > maxBatch)
      throw new JobEngineError("TOO_LARGE", `at most ${maxBatch} jobs`);
    const wish = readSubmitOptions(options);
    wish.patience.signal?.throwIfAborted();
    const begun = this.#beginAll(plugin, handles);
    this.#underWay += 1;
    try {
      if (this.#isClosed) throw new JobEngineError("CLOSING");
      return await this.#takeAll(plugin, begun, wish);
    } catch (error) {
      for (const submitting of begun) submitting.fail();
      throw error;
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#settled?.();
    }
  }

  async #takeAll(
    plugin: string,
    begun: readonly Submitting[],
    wish: SubmitWish,
  ): Promise<readonly JobId[]> {
    const records = begun.map((submitting) => this.#recordOf(plugin, submitting, wish));
    const entering = this.#parts.room.enter(wish.patience, records.length);
    if (entering !== null) await entering;
    const first = await this.#addOrLeave(...records);
    // Nobody may find some of them owned and others not.
    for (const submitting of begun) submitting.succeed();
    for (const [at, record] of records.entries()) {
      const payload = begun[at]?.payload;
      const entry = { ...record, sequence: first + at };
      if (payload !== undefined) {
        this.enter(entry, payload, { admitted: false, awaited: wish.awaited });
      }
    }
    return records.map(({ id }) => id);
  }

  #beginAll(plugin: string, handles: readonly JobHandle[]): readonly Submitting[] {
    const begun: Submitting[] = [];
    try {
      for (const handle of handles) begun.push(this.#parts.handles.beginSubmit(plugin, handle));
      return begun;
    } catch (error) {
      for (const submitting of begun) submitting.fail();
      throw error;
    }
  }

  /** Refuses what comes from now on; resolves when what was taken has been answered. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#parts.room.close();
    if (this.#underWay === 0) return;
    await new Promise<void>((resolve) => {
      this.#settled = resolve;
    });
  }

  /** A job that is the engine's now, and committed if it had to be, takes its place. */
  enter(
    record: JobRecord,
    payload: Payload,
    { admitted, awaited, entered }: Parameters<Outside["submitted"]>[2] & { entered?: () => void },
  ): void {
    const { ledger, announcer, dispatcher, waiters } = this.#parts;
    ledger.attach(record.id, payload);
    ledger.enter(record);
    if (awaited) waiters.keep(record.id);
    entered?.();
    if (admitted) dispatcher.adopt(record);
    else dispatcher.enqueue(record);
    // Last, so that an observer that asks for something finds the job in its place.
    if (announcer.isObserved) announcer.tell({ kind: "submitted", job: ledger.info(record) });
  }

  /** Its place is not known yet; but a record that gets another property later is larger for ever. */
  #recordOf(plugin: string, { type, payload }: Submitting, wish: SubmitWish): JobRecord {
    const { progress, content, state } = payload.snapshot();
    const createdAt = this.#parts.clock.now();
    return {
      id: this.#parts.ids.jobId(),
      type,
      plugin,
      priority: wish.priority,
      key: wish.key,
      startAt: wish.startAfterMs === 0 ? null : Math.ceil(createdAt + wish.startAfterMs),
      userData: wish.userData,
      sequence: 0,
      state: newJobState,
      createdAt,
      changedAt: createdAt,
      attempts: 0,
      lastError: null,
      retry: wish.retry,
      stepTimeoutMs: wish.stepTimeoutMs,
      runtimeMs: 0,
      progress,
      content,
      outputs: noOutputs,
      canReset: payload.canReset ?? false,
      resetDue: false,
      submittedState: state,
      currentState: state,
    };
  }

  /** The first sequence, when the records are as safe as they can be. */
  #addOrLeave(...records: NewJobRecord[]): number | Promise<number> {
    const { store, room } = this.#parts;
    const leave = (error: unknown): never => {
      room.leave(records.length);
      throw error;
    };
    const [record, ...more] = records;
    if (record === undefined) return 0;
    try {
      const { sequence, committed } = store.add(record, ...more);
      if (!store.durable) return sequence;
      const isSaved = records.some(({ submittedState }) => submittedState !== null);
      if (isSaved) return committed.then(() => sequence, leave);
      committed.catch(() => this.#complain(record.id));
      return sequence;
    } catch (error) {
      return leave(error);
    }
  }

  /** A job that cannot be saved runs all the same; only its trace after a restart is lost. */
  #complain(id: JobId): void {
    const text = "the store refused the record of a job that is not serializable";
    this.#parts.log.line({ level: "warning", text, plugin: "baton", id });
  }
}
