import { JobEngineError } from "../core/errors.ts";
import type { HistoryLimits } from "../core/history.ts";
import type { JobRecord } from "../core/job-record.ts";
import { isFinished, type JobEvent } from "../core/job-state.ts";
import { transition } from "../core/transition.ts";
import type { CallScope } from "../ports/call-scope.ts";
import type { Clock } from "../ports/clock.ts";
import type { Ids } from "../ports/ids.ts";
import type { Observer } from "../ports/job-event.ts";
import type { JobStore, StoreWrite } from "../ports/job-store.ts";
import type { JobDescriptor, JobInfo, LogLevel, SubmitOptions } from "../ports/job.ts";
import type { Jobs } from "../ports/jobs.ts";
import type { JobHandle, Revive, WaitOptions } from "../ports/plugin.ts";
import type { Runner } from "../ports/runner.ts";
import type { Slots } from "../ports/slots.ts";
import { Announcer } from "./announcer.ts";
import { checkDescriptor, checkTypeName, noSuchJob, readJobId, readPriority } from "./arguments.ts";
import { closeEngine } from "./closing.ts";
import { Dispatcher } from "./dispatcher.ts";
import { Executor } from "./executor.ts";
import { Handles } from "./handles.ts";
import { JobTypes } from "./job-types.ts";
import { Ledger } from "./ledger.ts";
import { Persistence } from "./persistence.ts";
import { resubmission } from "./resubmission.ts";
import { Revival } from "./revival.ts";
import { Submission } from "./submission.ts";
import { Waiters } from "./waiters.ts";

export interface EnginePorts {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly store: JobStore;
  readonly slots: Slots;
  readonly runner: Runner;
  readonly scope: CallScope;
}

export interface EngineOptions {
  readonly history: HistoryLimits;
  /** How long `close` waits for steps; milliseconds. */
  readonly drainTimeoutMs: number;
  /** Check the job table after every change; for tests, it costs O(n). */
  readonly checkInvariants: boolean;
}

/** The engine: a thin front over the parts that do the work. */
export class JobEngine implements Jobs {
  readonly #ports: EnginePorts;
  readonly #options: EngineOptions;
  readonly #announcer = new Announcer();
  readonly #types = new JobTypes();
  readonly #persistence: Persistence;
  readonly #waiters: Waiters;
  readonly #handles: Handles;
  readonly #ledger: Ledger;
  readonly #dispatcher: Dispatcher;
  readonly #executor: Executor;
  readonly #submission: Submission;
  #closing: Promise<void> | null = null;

  constructor(ports: EnginePorts, options: EngineOptions) {
    const { clock, ids, store, slots, runner, scope } = ports;
    this.#ports = ports;
    this.#options = options;
    const [announcer, types] = [this.#announcer, this.#types];
    this.#persistence = new Persistence(store, clock, (text) => this.log("baton", "error", text));
    this.#waiters = new Waiters(clock);
    this.#handles = new Handles(runner, (plugin, text) => this.log(plugin, "warning", text));
    const [persistence, waiters, handles] = [this.#persistence, this.#waiters, this.#handles];
    this.#ledger = new Ledger({ clock, types, persistence, announcer, waiters, ...options });
    const ledger = this.#ledger;
    this.#dispatcher = new Dispatcher(ledger, slots, clock, new Revival(types, handles, scope));
    const dispatcher = this.#dispatcher;
    ledger.connect(dispatcher);
    this.#executor = new Executor({ ledger, dispatcher, announcer, persistence, clock, ids });
    const parts = { handles, store, ledger, dispatcher, announcer, clock, ids };
    this.#submission = new Submission(parts);
    slots.open(this.#executor);
  }

  /**
   * Reads the store and puts every job where it was. Nothing runs before `begin`.
   * REQUIRES: called once, before any other call. @throws {JobEngineError} of JobStore.open
   */
  async open(): Promise<void> {
    const writes: StoreWrite[] = [];
    const records = (await this.#ports.store.open()).map((stored) => {
      const record = reloaded(stored);
      if (record !== stored) writes.push({ kind: "put", record });
      return record;
    });
    if (writes.length > 0) await this.#ports.store.commit(writes);
    for (const record of records.toSorted(byEnd)) this.#ledger.enter(record);
    for (const record of records) {
      if (record.state.kind === "pending") this.#dispatcher.enqueue(record);
      if (record.state.kind === "retrying") this.#dispatcher.wakeAt(record.id, record.state.dueAt);
    }
  }

  /** From now on jobs run, as soon as there is somebody who can revive them. */
  begin(): void {
    this.#dispatcher.begin();
  }

  /** Counts of JavaScript payloads: `created === finalized + live + owned`. */
  get payloads(): Handles["counts"] {
    return this.#handles.counts;
  }

  createJob(plugin: string, descriptor: JobDescriptor): JobHandle {
    checkDescriptor(descriptor);
    this.#mustBeOpen();
    return this.#handles.create(plugin, descriptor);
  }

  submitJob(plugin: string, job: JobHandle, options: SubmitOptions = {}): Promise<string> {
    return this.#submission.submit(plugin, job, options, () => undefined);
  }

  async submitJobAndWait(
    plugin: string,
    job: JobHandle,
    options: SubmitOptions = {},
    wait: WaitOptions = {},
  ): Promise<JobInfo> {
    this.#mustBeAbleToWait();
    let end: Promise<JobInfo> | null = null;
    const id = await this.#submission.submit(plugin, job, options, (entered) => {
      end = this.#waiters.wait(entered, wait);
      // It may reject before the submit has answered; whoever called hears of it below.
      end.catch(() => undefined);
    });
    return end ?? this.waitJob(id, wait);
  }

  freeJob(plugin: string, job: JobHandle): void {
    this.#handles.free(plugin, job);
  }

  registerType(plugin: string, type: string, revive: Revive): void {
    checkTypeName(type);
    if (typeof revive !== "function") {
      throw new JobEngineError(
        "INVALID_ARGUMENT",
        `the job type "${type}" needs a revive function`,
      );
    }
    this.#mustBeOpen();
    this.#types.add({ plugin, type }, revive);
    this.#dispatcher.typeRegistered({ plugin, type });
  }

  log(plugin: string, level: LogLevel, text: string): void {
    this.#announcer.tell({ kind: "logged", level, text, plugin, id: null });
  }

  observe(observer: Observer): Disposable {
    return this.#announcer.observe(observer);
  }

  jobs(): readonly JobInfo[] {
    return [...this.#ledger.table.records()].map((record) => this.#ledger.info(record));
  }

  jobInfo(id: string): JobInfo {
    return this.#ledger.info(this.#find(id));
  }

  async waitJob(id: string, options: WaitOptions = {}): Promise<JobInfo> {
    const record = this.#find(id);
    if (isFinished(record.state)) return this.#ledger.info(record);
    this.#mustBeAbleToWait();
    this.#mustBeOpen();
    return this.#waiters.wait(record.id, options);
  }

  cancelJob(id: string): Promise<void> {
    return this.#ask(id, "cancel");
  }

  pauseJob(id: string): Promise<void> {
    return this.#ask(id, "pause");
  }

  async resumeJob(id: string): Promise<void> {
    const record = this.#findForChange(id);
    if (record.state.kind === "running") this.#ports.slots.takeBack(record.id);
    await this.#apply(record, { kind: "resume" });
  }

  async resubmitJob(id: string): Promise<void> {
    const record = this.#findForChange(id);
    const payload = this.#ledger.payload(record.id);
    const { patch, keepsPayload } = resubmission(record, payload !== null);
    if (!keepsPayload) void this.#ledger.release(record.id);
    const sequence = this.#ports.store.nextSequence();
    this.#ledger.leaveHistory(record.id);
    await this.#apply(record, { kind: "resubmit" }, { ...patch, sequence });
  }

  async deleteJob(id: string): Promise<void> {
    await this.#apply(this.#findForChange(id), { kind: "delete" });
  }

  async setPriority(id: string, priority: number): Promise<void> {
    const record = this.#findForChange(id);
    const next = { ...record, priority: readPriority(priority) };
    if (isFinished(record.state)) {
      throw new JobEngineError(
        "WRONG_STATE",
        `a ${record.state.kind} job has no use for a priority`,
      );
    }
    const stood =
      record.state.kind === "pending" ? this.#dispatcher.withdraw(record, "recall") : "begun";
    this.#ledger.patch(record.id, { priority: next.priority });
    if (stood === "removed") this.#dispatcher.enqueue(next);
    await this.#persistence.put({ kind: "put", record: next }, () => undefined);
  }

  /** The plugin goes: its types are forgotten, its handles finalized. */
  closePlugin(plugin: string): void {
    this.#types.removeOf(plugin);
    this.#handles.closePlugin(plugin);
  }

  /**
   * No new jobs; running steps are asked to stop; every payload is finalized and every record
   * committed. Idempotent. From a callback it starts the closing and resolves at once.
   */
  close(): Promise<void> {
    this.#closing ??= closeEngine({
      submission: this.#submission,
      dispatcher: this.#dispatcher,
      executor: this.#executor,
      ledger: this.#ledger,
      persistence: this.#persistence,
      waiters: this.#waiters,
      slots: this.#ports.slots,
      clock: this.#ports.clock,
      drainTimeoutMs: this.#options.drainTimeoutMs,
      complain: (text) => this.log("baton", "warning", text),
    });
    return this.#closing;
  }

  async #ask(id: string, event: "pause" | "cancel"): Promise<void> {
    const record = this.#findForChange(id);
    if (record.state.kind === "running") this.#ports.slots.request(record.id, event);
    if (record.state.kind === "pending" && this.#dispatcher.withdraw(record, event) === "begun") {
      this.#ledger.apply(record, { kind: "picked" });
    }
    await this.#apply(this.#find(id), { kind: event });
  }

  async #apply(record: JobRecord, event: JobEvent, patch?: Partial<JobRecord>): Promise<void> {
    const { outcome, committed } = this.#ledger.apply(record, event, patch);
    if (outcome.kind === "refused") throw new JobEngineError("WRONG_STATE", outcome.reason);
    await committed;
  }

  #find(id: string): JobRecord {
    const record = this.#ledger.table.get(readJobId(id));
    if (record === null) throw noSuchJob(id);
    return record;
  }

  #findForChange(id: string): JobRecord {
    this.#mustBeOpen();
    return this.#find(id);
  }

  #mustBeAbleToWait(): void {
    if (this.#ports.scope.inside() !== "job") return;
    const why = "a job's callback cannot wait for another job; it might wait for its own slot";
    throw new JobEngineError("WRONG_THREAD", why);
  }

  #mustBeOpen(): void {
    if (this.#closing !== null) throw new JobEngineError("CLOSING");
  }
}

/** The record as the new process sees it. */
function reloaded(record: JobRecord): JobRecord {
  const outcome = transition(record.state, {
    kind: "reloaded",
    saved: record.currentState !== null,
  });
  if (outcome.kind !== "moved") return record;
  const { state } = outcome;
  return { ...record, state, resetDue: record.resetDue && !isFinished(state) };
}

/** Finished jobs in the order they ended, so that the history forgets the oldest. */
const byEnd = (a: JobRecord, b: JobRecord): number =>
  Number(isFinished(a.state)) - Number(isFinished(b.state)) ||
  (isFinished(a.state) ? a.changedAt - b.changedAt : 0) ||
  a.sequence - b.sequence;
