import { JobEngineError } from "../core/errors.ts";
import type { JobId } from "../core/job-id.ts";
import type { JobRecord } from "../core/job-record.ts";
import type { PluginInfo, Trouble } from "../ports/about.ts";
import type { Observer } from "../ports/job-event.ts";
import {
  notMine,
  type JobDescriptor,
  type JobInfo,
  type JobLogEntry,
  type JobOutput,
  type LogLevel,
  type SubmitOptions,
} from "../ports/job.ts";
import type { Jobs, JobWish } from "../ports/jobs.ts";
import type { Outside, OutsideCall } from "../ports/outside.ts";
import type { Creator, JobHandle, Revive, TypeOptions, WaitOptions } from "../ports/plugin.ts";
import type { ProgressSnapshot } from "../ports/progress.ts";
import { Announcer } from "./announcer.ts";
import { checkDescriptor, checkType, checkWaitOptions, noSuchJob, readJobId } from "./arguments.ts";
import { closeEngine } from "./closing.ts";
import { Creation } from "./creation.ts";
import { Control } from "./control.ts";
import { Dispatcher } from "./dispatcher.ts";
import { EngineLog } from "./engine-log.ts";
import type { EngineOptions, EnginePorts } from "./engine-parts.ts";
import { Executor } from "./executor.ts";
import { Handles } from "./handles.ts";
import { JobTypes } from "./job-types.ts";
import { JobWaits } from "./job-waits.ts";
import { Ledger } from "./ledger.ts";
import { letGoOfLost } from "./lost-payloads.ts";
import { Outputs } from "./outputs.ts";
import { Parking } from "./parking.ts";
import { Persistence } from "./persistence.ts";
import { cancelBranch, progressOf } from "./progress-view.ts";
import { reload } from "./reload.ts";
import { Retention } from "./retention.ts";
import { Revival } from "./revival.ts";
import { Submission } from "./submission.ts";
import { Trees } from "./trees.ts";
import { WaitingRoom } from "./waiting-room.ts";
import { Waiters } from "./waiters.ts";

/** The engine: a thin front over the parts that do the work. */
export class JobEngine implements Jobs, Outside {
  readonly #ports: EnginePorts;
  readonly #options: EngineOptions;
  readonly #announcer = new Announcer();
  readonly #log: EngineLog;
  readonly #outputs: Outputs;
  readonly #types = new JobTypes();
  readonly #persistence: Persistence;
  readonly #waiters: Waiters;
  readonly #handles: Handles;
  readonly #ledger: Ledger;
  readonly #dispatcher: Dispatcher;
  readonly #executor: Executor;
  readonly #submission: Submission;
  readonly #creation: Creation;
  readonly #waits: JobWaits;
  readonly #control: Control;
  readonly #retention: Retention;
  readonly #room: WaitingRoom;
  readonly #reload: () => Promise<void>;
  #hasBegun = false;
  #closing: Promise<void> | null = null;

  constructor(ports: EnginePorts, options: EngineOptions) {
    const { clock, ids, store, slots, runner, scope, mirror, files } = ports;
    this.#ports = ports;
    this.#options = options;
    this.#log = new EngineLog(this.#announcer, clock, (id) => this.#ledger.table.get(id) !== null);
    const [announcer, types, log] = [this.#announcer, this.#types, this.#log];
    this.#persistence = new Persistence(
      store,
      clock,
      { write: (id) => this.#ledger.saves.write(id), leave: () => this.#ledger.saves.leave() },
      (level, text) => this.log("baton", level, text),
    );
    this.#waiters = new Waiters(clock);
    this.#handles = new Handles(runner, (plugin, text) => this.log(plugin, "warning", text));
    const [persistence, waiters, handles] = [this.#persistence, this.#waiters, this.#handles];
    const savesItself = (plugin: string): boolean => slots.savesItself(plugin);
    const parts = { clock, types, persistence, savesItself, announcer, log, files };
    this.#ledger = new Ledger({ ...parts, waiters, mirror, trees: new Trees(), ...options });
    const ledger = this.#ledger;
    const isClosing = (): boolean => this.#closing !== null;
    const revival = new Revival({ types, handles, scope, isClosing });
    const parking = new Parking(ledger, options.maxPayloads);
    const ruled = { ledger, slots, clock, revival, parking, limits: options.limits };
    this.#dispatcher = new Dispatcher({ ...ruled, isObserved: () => announcer.isObserved });
    const dispatcher = this.#dispatcher;
    announcer.connect(() => {
      slots.observed(announcer.isObserved);
      dispatcher.pump();
    });
    const room = new WaitingRoom(ports.room, scope);
    this.#room = room;
    ledger.connect({
      moved: (before, after) => {
        room.moved(before, after);
        dispatcher.moved(before, after);
      },
      wakeAt: (id, time) => dispatcher.wakeAt(id, time),
      committed: (record) => parking.committed(record),
      checkPlaces: () => dispatcher.checkPlaces(),
    });
    this.#outputs = new Outputs(ledger, files);
    const outputs = this.#outputs;
    this.#executor = new Executor({ ledger, dispatcher, announcer, log, outputs, clock, ids });
    const ways = { handles, store, ledger, dispatcher, room, waiters, ids };
    this.#submission = new Submission({ ...parts, ...ways });
    this.#creation = new Creation({
      types,
      handles,
      submission: this.#submission,
      room,
      scope,
      log,
      clock,
    });
    this.#waits = new JobWaits({ ledger, waiters, submission: this.#submission, scope, slots });
    this.#control = new Control({ ledger, dispatcher, slots, store });
    this.#retention = new Retention(clock, ledger, options.failedMaxAgeMs);
    this.#reload = () => reload({ store, ledger, dispatcher, room, outputs, clock });
    slots.open(this.#executor);
    slots.observed(announcer.isObserved);
  }

  /**
   * Reads the store and puts every job where it was. Nothing runs before `begin`.
   * REQUIRES: called once, before any other call. @throws {JobEngineError} of JobStore.open
   */
  open(): Promise<void> {
    return this.#reload();
  }

  /** From now on jobs run, as soon as there is somebody who can revive them. */
  begin(): void {
    this.#room.begin();
    this.#dispatcher.begin();
    this.#retention.begin();
    this.#hasBegun = true;
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

  /** See Submission.submitAll. */
  submitJobs(...submit: Parameters<Submission["submitAll"]>): Promise<readonly string[]> {
    return this.#submission.submitAll(...submit);
  }

  submitJobAndWait(...asked: Parameters<JobWaits["endOfSubmitted"]>): Promise<JobInfo> {
    return this.#waits.endOfSubmitted(...asked);
  }

  createJobFrom(
    wish: JobWish,
    options: SubmitOptions = {},
    roomWaitMs: number | null = null,
  ): Promise<string> {
    return this.#creation.submit(wish, options, roomWaitMs);
  }

  freeJob(plugin: string, job: JobHandle): void {
    this.#handles.free(plugin, job);
  }

  registerType(plugin: string, type: string, revive: Revive, options: TypeOptions = {}): void {
    const create = checkType(type, revive, options);
    this.#mustBeOpen();
    this.#types.add({ plugin, type }, revive, create);
    this.#dispatcher.typeRegistered({ plugin, type });
  }

  typesOf(plugin: string): PluginInfo["types"] {
    return this.#types.of(plugin);
  }

  /** What keeps jobs from being taken or run; none: nothing. */
  troubles(): readonly Trouble[] {
    if (this.#closing !== null) return [{ code: "CLOSING", sentence: "The host is closing." }];
    if (!this.#hasBegun) return [{ code: "BUSY", sentence: "The host has not begun yet." }];
    const sentence = "The store refuses to write; every second it is tried again.";
    return this.#persistence.isInTrouble ? [{ code: "STORE_FAILED", sentence }] : [];
  }

  log(plugin: string, level: LogLevel, text: string, id: string | null = null): void {
    this.#log.line({ level, text, plugin, id });
  }

  observe(observer: Observer): Disposable {
    // What has happened already is not for this observer; from now on the engine hears of it all.
    this.#ports.slots.catchUp();
    return this.listen(observer);
  }

  listen(observer: Observer): Disposable {
    return this.#announcer.observe(observer);
  }

  jobs(): readonly JobInfo[] {
    this.#ports.slots.catchUp();
    const records = this.#ledger.table.inOrder();
    return records.map((record) => this.#ledger.info(this.#ledger.shown(record)));
  }

  jobIds(): readonly string[] {
    this.#ports.slots.catchUp();
    return this.#ledger.table.inOrder().map(({ id }) => id);
  }

  jobCounts(): ReturnType<Jobs["jobCounts"]> {
    this.#ports.slots.catchUp();
    return this.#ledger.counts;
  }

  jobLogs(id: string, after = 0): readonly JobLogEntry[] {
    return this.#log.ofJob(this.#find(id).id, after);
  }

  jobProgress(id: string): ProgressSnapshot {
    return progressOf(this.#ledger, this.#find(id));
  }

  async cancelBranch(id: string, node: string): Promise<void> {
    this.#mustBeOpen();
    if (cancelBranch(this.#ledger, this.#find(id), node)) await this.cancelJob(id);
  }

  jobOutput(id: string, key: string): JobOutput {
    return this.#outputs.find(this.#find(id), key);
  }

  async deleteOutput(id: string, key: string): Promise<void> {
    this.#mustBeOpen();
    await this.#outputs.delete(this.#find(id), key);
  }

  contentOf(id: JobId): string {
    return this.#ledger.table.get(id)?.content ?? "{}";
  }

  jobInfo(id: string): JobInfo {
    return this.#ledger.info(this.#ledger.shown(this.#find(id)));
  }

  async waitJob(id: string, options: WaitOptions = {}): Promise<JobInfo> {
    checkWaitOptions(options);
    return this.#waits.end(readJobId(id), options, () => this.#mustBeOpen());
  }

  async cancelJob(id: string): Promise<void> {
    await this.call(id, { kind: "cancel" });
  }

  async pauseJob(id: string): Promise<void> {
    await this.call(id, { kind: "pause" });
  }

  async resumeJob(id: string): Promise<void> {
    await this.call(id, { kind: "resume" });
  }

  async resubmitJob(id: string): Promise<void> {
    await this.call(id, { kind: "resubmit" });
  }

  async deleteJob(id: string): Promise<void> {
    await this.call(id, { kind: "delete" });
  }

  async setPriority(id: string, priority: number): Promise<void> {
    await this.call(id, { kind: "set-priority", priority });
  }

  async wakeJob(id: string): Promise<boolean> {
    this.#mustBeOpen();
    return this.#control.wake(this.#find(id));
  }

  call(id: string, call: OutsideCall): Promise<void> {
    this.#mustBeOpen();
    return this.#control.apply(this.#find(id), call);
  }

  submitted(...entry: Parameters<Outside["submitted"]>): void {
    this.#submission.enter(...entry);
  }

  lived(record: JobRecord): void {
    this.#ledger.enterEnded(record);
  }

  typeRegistered(plugin: string, type: string): void {
    if (this.#closing !== null) return;
    // Whoever registered it revives its jobs too, where they run.
    this.registerType(plugin, type, () => notMine);
  }

  creatorRegistered(plugin: string, type: string, create: Creator): void {
    this.#types.setCreator({ plugin, type }, create);
  }

  /** The plugin goes: its types are forgotten, its handles finalized. */
  closePlugin(plugin: string): void {
    this.#types.removeOf(plugin);
    this.#handles.closePlugin(plugin);
  }

  /** The plugin's thread or process is gone, and every payload that was there. */
  pluginLost(plugin: string): void {
    const [ledger, types, dispatcher] = [this.#ledger, this.#types, this.#dispatcher];
    letGoOfLost(plugin, { ledger, types, dispatcher });
  }

  /**
   * No new jobs; running steps are asked to stop; every payload is finalized and every record
   * committed. Idempotent. A callback must not await it: it would wait for its own end.
   */
  close(): Promise<void> {
    this.#retention.close();
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

  #find(id: string): JobRecord {
    this.#ports.slots.catchUp();
    const record = this.#ledger.table.get(readJobId(id));
    if (record === null) throw noSuchJob(id);
    return record;
  }

  #mustBeOpen(): void {
    if (this.#closing !== null) throw new JobEngineError("CLOSING");
  }
}
