import type { JobId } from "../core/job-id.ts";
import type { JobRecord, Snapshot } from "../core/job-record.ts";
import type { JobFailure, StepResult } from "../core/job-state.ts";
import { noFailures, withFailure } from "../core/past-failures.ts";
import { longestDelayMs, retryDelayMs, type RetryPolicy } from "../core/retry-policy.ts";
import type { Clock } from "../ports/clock.ts";
import type { Ids } from "../ports/ids.ts";
import type { JsonValue, LogLevel } from "../ports/job.ts";
import type { OpenOutput, Payload, RunEnd, RunListener, Sample } from "../ports/runner.ts";
import type { Announcer } from "./announcer.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { EngineLog } from "./engine-log.ts";
import type { Ledger } from "./ledger.ts";
import type { Outputs } from "./outputs.ts";
import { reported } from "./progress-view.ts";

export interface ExecutorParts {
  readonly ledger: Ledger;
  readonly dispatcher: Dispatcher;
  readonly announcer: Announcer;
  readonly log: EngineLog;
  readonly outputs: Outputs;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Turns what the slots tell of runs into events of the jobs. */
export class Executor implements RunListener {
  readonly #parts: ExecutorParts;
  /** What a job's runtime was before its present run. */
  readonly #before = new Map<JobId, number>();
  /** Jobs whose run has ended because the host closes: their `stop(closing)` has been called. */
  readonly stoppedByClosing: Set<JobId> = new Set();
  #isClosed = false;
  #heard: (id: JobId) => void = nobody;

  constructor(parts: ExecutorParts) {
    this.#parts = parts;
  }

  started(id: JobId): void {
    const { ledger, dispatcher } = this.#parts;
    const record = ledger.table.get(id);
    if (record === null || this.#isClosed) return;
    this.#before.set(id, record.runtimeMs);
    this.#picked(record);
    dispatcher.pump();
  }

  prepared(id: JobId, payload: Payload | null, snapshot: Snapshot | null): void {
    const { ledger } = this.#parts;
    if (payload !== null) {
      ledger.attach(id, payload);
      // Its plugin may be a newer one than the one that submitted it.
      const { canReset } = payload;
      if (canReset !== null) ledger.patch(id, { canReset });
    }
    if (this.#isClosed || snapshot === null) return;
    ledger.learn(id, snapshot);
    // With the state after it, in one write: a crash must not forget that a reset is due.
    if (ledger.patch(id, { resetDue: false }) !== null) ledger.saves.later(id);
  }

  sampled(id: JobId, sample: Sample): void {
    const { ledger, announcer } = this.#parts;
    const before = ledger.table.get(id);
    const record = ledger.patch(id, this.#seen(id, sample));
    if (before === null || record === null) return;
    ledger.rates.sampled(before, record);
    if (!announcer.isObserved) return;
    if (before.progress === record.progress && before.content === record.content) return;
    announcer.tell({ kind: "progressed", job: ledger.info(record) });
  }

  async checkpointed(id: JobId, sample: Sample, state: Uint8Array): Promise<void> {
    const { ledger } = this.#parts;
    this.sampled(id, sample);
    const record = ledger.table.get(id);
    if (record === null || record.currentState === null) return;
    const saved = ledger.patch(id, { currentState: state });
    if (saved !== null) await ledger.saves.save(saved, nobody);
  }

  logged(id: JobId, level: LogLevel, text: string, data?: JsonValue): void {
    const plugin = this.#parts.ledger.table.get(id)?.plugin ?? "baton";
    this.#parts.log.line({ level, text, plugin, id, data });
  }

  treeChanged(id: JobId): void {
    const { ledger, announcer } = this.#parts;
    if (!announcer.isObserved || this.#isClosed) return;
    const event = reported(ledger, id);
    if (event !== null) announcer.tell(event);
  }

  openOutput(id: JobId, key: string, mime: string): OpenOutput {
    return this.#parts.outputs.open(id, key, mime);
  }

  ended(id: JobId, end: RunEnd): void {
    const { ledger, dispatcher } = this.#parts;
    if (this.#isClosed) {
      void ledger.release(id);
      return;
    }
    const found = ledger.table.get(id);
    if (found === null) return;
    if (end.kind === "held-back" && dispatcher.holdBack(found, end.turn)) {
      this.#heard(id);
      return;
    }
    ledger.rates.forget(id);
    const record = this.#picked(found);
    if (end.kind === "disowned") ledger.disown(id);
    if (end.kind === "detached") this.#detached(record, end);
    else if (end.kind === "ended") this.#ended(record, end);
    else ledger.apply(record, { kind: "returned" }).committed.catch(nobody);
    this.treeChanged(id);
    dispatcher.pump();
    this.#heard(id);
  }

  stepReturned(id: JobId): void {
    const { ledger, announcer } = this.#parts;
    ledger.detached.delete(id);
    const record = ledger.table.get(id);
    if (record === null || this.#isClosed) return;
    const job = ledger.info(ledger.shown(record));
    announcer.tell({ kind: "changed", job, from: job.state });
  }

  /** From now on `hear` is called with each job whose run has ended. */
  hearEnds(hear: (id: JobId) => void): void {
    this.#heard = hear;
  }

  /** The store is closed: a run that still ends changes no record, only its payload is let go. */
  close(): void {
    this.#isClosed = true;
  }

  #ended(found: JobRecord, end: Extract<RunEnd, { kind: "ended" }>): void {
    const { ledger } = this.#parts;
    const { id } = found;
    if (end.snapshot === null) ledger.doubt(id);
    if (end.stopped === "closing") this.stoppedByClosing.add(id);
    const record = (end.snapshot === null ? null : ledger.learn(id, end.snapshot)) ?? found;
    const runtimeMs = (this.#before.get(id) ?? record.runtimeMs) + end.runtimeMs;
    this.#before.delete(id);
    const charged = this.#charge(record, end);
    const dueAt = this.#dueAt(record.retry, charged.attempts, end.result);
    const progress = end.result.kind === "success" ? 1 : record.progress;
    const event = { kind: "ended", result: end.result, stopped: end.stopped, dueAt } as const;
    const patch = { ...charged, runtimeMs, progress, resetDue: false };
    ledger.apply(record, event, patch).committed.catch(nobody);
  }

  /** The payload is still in use: the job cannot be tried again, however many attempts are left. */
  #detached(record: JobRecord, end: Extract<RunEnd, { kind: "detached" }>): void {
    const { ledger } = this.#parts;
    const { id, attempts } = record;
    const { error } = end;
    const attempt = attempts + 1;
    ledger.detached.add(id);
    const runtimeMs = (this.#before.get(id) ?? record.runtimeMs) + end.runtimeMs;
    this.#before.delete(id);
    const result = { kind: "failure", error, retryable: false } as const;
    const event = { kind: "ended", result, stopped: null, dueAt: 0 } as const;
    const failed = this.#failed(record, error, attempt);
    const patch = { attempts: attempt, ...failed, runtimeMs, resetDue: false };
    ledger.apply(record, event, patch).committed.catch(nobody);
  }

  /** A retryable failure uses up an attempt, whatever the run then ended as: but not a closing's. */
  #charge(
    record: JobRecord,
    { result, stopped }: Extract<RunEnd, { kind: "ended" }>,
  ): Pick<JobRecord, "attempts" | "lastError" | "failures"> {
    const { attempts, lastError } = record;
    if (result.kind !== "failure") return { attempts, lastError };
    const attempt = attempts + 1;
    const failed = this.#failed(record, result.error, attempt);
    if (!result.retryable) return { attempts, ...failed };
    if (stopped === "closing") return { attempts, lastError };
    return { attempts: attempt, ...failed };
  }

  #failed(
    { failures = noFailures }: JobRecord,
    error: JobFailure,
    attempt: number,
  ): Required<Pick<JobRecord, "lastError" | "failures">> {
    const at = this.#parts.clock.now();
    return { lastError: error, failures: withFailure(failures, error, { attempt, at }) };
  }

  #dueAt(retry: RetryPolicy, attempts: number, result: StepResult): number {
    if (result.kind === "success") return 0;
    const { clock, ids } = this.#parts;
    const failures = result.kind === "failure" ? attempts : 1;
    const asked = result.kind === "retry" ? result.afterMs : null;
    const delay = asked ?? retryDelayMs(retry, failures, ids.random());
    // A date, and a whole number, however long the delay.
    return Math.ceil(clock.now() + Math.min(delay, longestDelayMs));
  }

  /** The run may have begun and ended, or been asked something, before its start was heard of. */
  #picked(record: JobRecord): JobRecord {
    const { ledger } = this.#parts;
    if (record.state.kind !== "pending") return record;
    ledger.apply(record, { kind: "picked" }).committed.catch(nobody);
    return ledger.table.get(record.id) ?? record;
  }

  #seen(id: JobId, { progress, content, runtimeMs }: Sample): Partial<JobRecord> {
    const before = this.#before.get(id) ?? 0;
    return { progress, content, runtimeMs: before + runtimeMs };
  }
}

/** A change of its own accord has nobody to answer: persistence complains and tries again. */
function nobody(): void {}
