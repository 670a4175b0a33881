import { History } from "../core/history.ts";
import { JobCounts } from "../core/job-counts.ts";
import type { JobId } from "../core/job-id.ts";
import type { JobRecord, Snapshot } from "../core/job-record.ts";
import { isFinished, type Effect, type JobEvent } from "../core/job-state.ts";
import { JobTable } from "../core/job-table.ts";
import { transition } from "../core/transition.ts";
import type { JobInfo } from "../ports/job.ts";
import type { ProgressSnapshot } from "../ports/progress.ts";
import type { Payload } from "../ports/runner.ts";
import { HeldPayloads } from "./held-payloads.ts";
import { jobInfo } from "./job-info.ts";
import type { Applied, LedgerParts, Movements } from "./ledger-parts.ts";
import { ProgressRates } from "./progress-rates.ts";
import { Saves } from "./saves.ts";
import { ShownRecords, isAsItWas } from "./shown-records.ts";

/**
 * All records and the payloads behind them. The one door through which a job changes its state:
 * `apply` asks the core, writes the record, performs the effects and has the change committed
 * before anybody is told of it.
 */
export class Ledger {
  readonly table: JobTable = new JobTable();
  /** Of the jobs as they may be shown. */
  readonly counts: JobCounts = new JobCounts();
  readonly saves: Saves;
  readonly #parts: LedgerParts;
  readonly #payloads = new HeldPayloads();
  readonly #history: History;
  readonly #shown = new ShownRecords();
  /** The same answer as long as nothing has changed: whoever makes something of it can keep that. */
  readonly #infos = new WeakMap<JobRecord, JobInfo>();
  /** Jobs that the plugin of their type would not have. */
  readonly #disowned = new Set<JobId>();
  readonly rates: ProgressRates = new ProgressRates();
  /** Jobs that failed while their step had not returned, and still has not. */
  readonly detached: Set<JobId> = new Set();
  #movements: Movements | null = null;

  constructor(parts: LedgerParts) {
    this.#parts = parts;
    this.#history = new History(parts.history);
    this.saves = new Saves(this.table, parts);
  }

  /** REQUIRES: called once, before any job. */
  connect(movements: Movements): void {
    this.#movements = movements;
  }

  payload(id: JobId): Payload | null {
    return this.#payloads.of(id);
  }

  /** The tree of its progress as it was told last; null: it has none. */
  tree(id: JobId): ProgressSnapshot | null {
    return this.#payloads.of(id)?.tree ?? this.#parts.trees.of(id);
  }

  /** From now on `payload` is the one behind the job. */
  attach(id: JobId, payload: Payload): void {
    this.#payloads.attach(id, payload);
    // It was another payload's: nobody can cancel a part of it any more.
    this.#parts.trees.forget(id);
  }

  /** Something was done to the payload, and nobody has said its state after it. */
  doubt(id: JobId): void {
    this.#payloads.doubt(id);
  }

  /** Whether the payload can be let go and made again as it is: from what is committed. */
  canPark(record: JobRecord): boolean {
    const isKnown = this.#payloads.isAsRecorded(record.id) && this.#shown.isCommitted(record.id);
    return isKnown && this.#canRevive(record);
  }

  /** The job as it may be shown: what is not committed yet could still be lost in a crash. */
  shown(record: JobRecord): JobRecord {
    return this.#shown.of(record);
  }

  info(record: JobRecord): JobInfo {
    const waitsForType = record.state.kind === "pending" && !this.canBegin(record);
    const detached = this.detached.has(record.id);
    const remainingMs = this.rates.remainingMs(record);
    const known = this.#infos.get(record);
    const isSame = known?.waitsForType === waitsForType && known.detached === detached;
    if (known !== undefined && isSame && known.remainingMs === remainingMs) return known;
    const info = jobInfo(record, { waitsForType, detached, remainingMs });
    this.#infos.set(record, info);
    return info;
  }

  /** Whether the job has a payload, or somebody who can make it. */
  canBegin(record: JobRecord): boolean {
    const isRevivable = this.#parts.types.has(record) && !this.#disowned.has(record.id);
    return this.#payloads.has(record.id) || isRevivable;
  }

  /** The plugin of its type would not have this job: it waits as of a type nobody has registered. */
  disown(id: JobId): void {
    // Its run has looked for a payload: there is none, whatever was attached.
    this.#payloads.take(id);
    this.#disowned.add(id);
  }

  /** Its type was registered anew. */
  giveAnotherTry(id: JobId): void {
    this.#disowned.delete(id);
  }

  /** Puts a submitted job into the table. */
  enter(record: JobRecord): void {
    this.table.set(record);
    this.counts.moved(record.type, null, record.state.kind);
    this.#check();
  }

  /** Puts a job into the table of which the engine hears when it has succeeded. */
  enterEnded(record: JobRecord): void {
    this.table.set(record);
    this.counts.moved(record.type, null, record.state.kind);
    const { announcer, waiters } = this.#parts;
    // In its turn, so that the history is in the order in which they ended.
    const told = announcer.queue(() => {
      if (this.#asItWas(record) === null) return;
      if (waiters.has(record.id)) waiters.finish(record.id, this.info(record));
      this.#remember(record);
    });
    this.saves.save(record, told).catch(() => undefined);
    this.#check();
  }

  /** Puts the jobs that were read back into the table, and the finished ones into the history. */
  load(records: readonly JobRecord[]): void {
    for (const record of records) {
      this.table.set(record);
      this.counts.moved(record.type, null, record.state.kind);
    }
    this.#history.load(records.filter(({ state }) => isFinished(state)));
    for (const old of this.#history.excess()) this.evict(old);
    this.#check();
  }

  /** Whether the job is finished, and that is committed, so that it may be told. */
  hasEnded({ id, state }: JobRecord): boolean {
    return isFinished(state) && this.#history.has(id);
  }

  /** Something happened to a job. `patch`: what else it changes in the record. */
  apply(record: JobRecord, event: JobEvent, patch: Partial<JobRecord> = {}): Applied {
    const outcome = transition(record.state, event);
    switch (outcome.kind) {
      case "nothing":
        return { outcome, committed: this.#asItIs(record) };
      case "refused":
        return { outcome, committed: done };
      case "removed":
        return { outcome, committed: this.forget(record) };
      case "moved": {
        const isNewKind = outcome.state.kind !== record.state.kind;
        const changedAt = isNewKind ? this.#now(record) : record.changedAt;
        // What ended before it could be reset is reset when it is submitted again.
        const anew = isFinished(outcome.state) ? { resetDue: false } : {};
        const next = { ...record, ...patch, ...anew, state: outcome.state, changedAt };
        this.table.set(next);
        for (const effect of outcome.effects) this.#perform(next, effect);
        const committed = this.#save(record, next);
        this.#movements?.moved(record, next);
        this.#check();
        return { outcome, committed };
      }
    }
  }

  /** Changes what a record says without a change of its state. */
  patch(id: JobId, patch: Partial<Omit<JobRecord, "id" | "state">>): JobRecord | null {
    const record = this.table.get(id);
    if (record === null) return null;
    const next = { ...record, ...patch };
    this.table.set(next);
    this.#check();
    return next;
  }

  /** The same, and has it committed; it is not shown before. `told` is called then. */
  change(
    id: JobId,
    patch: Partial<Omit<JobRecord, "id" | "state">>,
    told: () => void = nothing,
  ): Promise<void> {
    const before = this.table.get(id);
    const after = this.patch(id, patch);
    if (before === null || after === null) return done;
    this.#shown.changing(before);
    const tell = this.#parts.announcer.queue(() => {
      this.#show(after);
      told();
    });
    return this.saves.save(after, tell);
  }

  /** Takes the copies the getters gave; the serialized state only where there was one before. */
  learn(id: JobId, { progress, content, state }: Snapshot): JobRecord | null {
    const known = this.table.get(id)?.currentState ?? null;
    if (state !== null) this.#payloads.trust(id);
    else if (known !== null) this.doubt(id);
    return this.patch(id, {
      progress,
      content,
      currentState: known === null ? null : (state ?? known),
    });
  }

  /** Removes a finished job; resolves when that is committed. */
  forget(record: JobRecord): Promise<void> {
    const { id } = record;
    const isCommitted = this.#shown.isCommitted(id);
    this.table.remove(id);
    this.#check();
    this.#shown.forget(id);
    this.#history.remove(id);
    this.#disowned.delete(id);
    this.#parts.log.forget(id);
    void this.release(id);
    this.#parts.trees.forget(id);
    const told = this.#parts.announcer.queue(() => {
      this.counts.moved(record.type, record.state.kind, null);
      this.#parts.mirror?.forget(id, record.plugin);
      this.#parts.announcer.publish({ kind: "forgotten", id });
      this.#dropOutputs(record, []);
    });
    return this.saves.delete(id, isCommitted, told);
  }

  /** The same; nobody waits for it. */
  evict(id: JobId): void {
    const record = this.table.get(id);
    if (record === null) return;
    this.forget(record).catch(() => {
      // Persistence has complained and tries again by itself.
    });
  }

  /** A job that was resubmitted does not count as finished any more. */
  leaveHistory(id: JobId): void {
    this.#history.remove(id);
    this.#parts.trees.forget(id);
  }

  /** Lets the payload of a job go, if it has one; resolves when it is finalized. */
  release(id: JobId): Promise<void> {
    const payload = this.#payloads.take(id);
    if (payload !== null) this.#parts.trees.keepThatOf(id, payload);
    return payload?.finalize() ?? done;
  }

  /** That a job is already as it was asked to be is true of the store only after its commit. */
  #asItIs(record: JobRecord): Promise<void> {
    if (this.#shown.isCommitted(record.id)) return done;
    return this.saves.save(record, () => undefined);
  }

  #now(record: JobRecord): number {
    return Math.max(this.#parts.clock.now(), record.createdAt);
  }

  #perform(record: JobRecord, effect: Effect): void {
    switch (effect.kind) {
      case "wakeAt":
        this.#movements?.wakeAt(record.id, effect.time);
        return;
      case "stop":
        // Nobody waits for it; a finalize that follows stands behind it on the strand.
        void this.payload(record.id)
          ?.stop(effect.reason)
          .then((snapshot) => {
            // What a job was before it was resubmitted must not become what it starts from.
            if (snapshot === null || this.#asItWas(record) === null) return;
            this.learn(record.id, snapshot);
            this.saves.later(record.id);
          });
    }
  }

  #save(before: JobRecord, after: JobRecord): Promise<void> {
    const { announcer } = this.#parts;
    if (before.state.kind === "pending" && after.state.kind === "running") {
      // A start is written with the next commit: after a crash the job is pending either way.
      this.saves.later(after.id);
      this.counts.moved(after.type, before.state.kind, after.state.kind);
      this.#showStart(after);
      if (announcer.isObserved) {
        announcer.tell({ kind: "changed", job: this.info(after), from: before.state.kind });
      }
      return done;
    }
    this.#shown.changing(before);
    const told = announcer.queue(() => this.#tell(before, after));
    return this.saves.changed(after, told);
  }

  /** Where its payload is, the start is known already; a payload that the run has yet to make is not. */
  #showStart(started: JobRecord): void {
    const { id, plugin } = started;
    if (!this.#payloads.has(id)) this.#parts.mirror?.show(id, plugin, () => this.info(started));
  }

  /** The change is committed: the world hears of it, and a payload nobody needs is let go. */
  #tell(before: JobRecord, after: JobRecord): void {
    const { announcer, waiters, mirror } = this.#parts;
    const { id, state } = after;
    const shown = this.#show(after);
    this.counts.moved(after.type, before.state.kind, state.kind);
    mirror?.show(id, after.plugin, () => this.info(shown));
    const isWaitedFor = isFinished(state) && waiters.has(id);
    if (announcer.isObserved || isWaitedFor) {
      const job = this.info(after);
      announcer.publish({ kind: "changed", job, from: before.state.kind });
      if (isWaitedFor) waiters.finish(id, job);
    }
    this.#dropOutputs(before, after.outputs);
    if (isFinished(state)) this.#settle(after);
  }

  /** What is committed may be shown; answers what is. */
  #show(after: JobRecord): JobRecord {
    const now = this.table.get(after.id);
    const shown = this.#shown.committed(after, now);
    if (shown === now) this.#movements?.committed(shown);
    return shown;
  }

  /** Of a job that began anew, or is gone, the outputs go with it, once that is committed. */
  #dropOutputs({ outputs }: JobRecord, kept: JobRecord["outputs"]): void {
    if (outputs.length === 0 || outputs === kept) return;
    const gone = outputs.filter((output) => !kept.includes(output));
    void this.#parts.files.remove(gone.map(({ file }) => file));
  }

  /** A committed end: the payload is let go, unless a resubmit may need it, and history moves on. */
  #settle(ended: JobRecord): void {
    const { id, state } = ended;
    const record = this.#asItWas(ended);
    // It may have been resubmitted or deleted while its end was being committed.
    if (record === null) return;
    if (state.kind === "succeeded" || this.#canRevive(record)) void this.release(id);
    this.#remember(record);
  }

  #remember(ended: JobRecord): void {
    // What the store does not have any more has left the history with it.
    if (this.saves.hasLeft(ended.id)) return this.evict(ended.id);
    this.#history.add(ended);
    for (const old of this.#history.excess()) this.evict(old);
  }

  /** The record as it is now, if it is still in the same state of the same life; else null. */
  #asItWas(record: JobRecord): JobRecord | null {
    const now = this.table.get(record.id);
    return now !== null && isAsItWas(record, now) ? now : null;
  }

  #canRevive(record: JobRecord): boolean {
    return record.currentState !== null && this.#parts.types.has(record);
  }

  #check(): void {
    if (!this.#parts.checkInvariants) return;
    this.table.checkInvariants();
    // Who goes from one place to another stands nowhere in between.
    queueMicrotask(() => this.#movements?.checkPlaces());
  }
}

const done = Promise.resolve();

function nothing(): void {}
