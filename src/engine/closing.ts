import type { JobId } from "../core/job-id.ts";
import type { JobRecord } from "../core/job-record.ts";
import { isFinished } from "../core/job-state.ts";
import type { Clock } from "../ports/clock.ts";
import type { Slots } from "../ports/slots.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Executor } from "./executor.ts";
import type { Ledger } from "./ledger.ts";
import type { Persistence } from "./persistence.ts";
import type { Submission } from "./submission.ts";
import type { Waiters } from "./waiters.ts";

export interface ClosingParts {
  readonly submission: Submission;
  readonly dispatcher: Dispatcher;
  readonly slots: Slots;
  readonly executor: Executor;
  readonly ledger: Ledger;
  readonly persistence: Persistence;
  readonly waiters: Waiters;
  readonly clock: Clock;
  readonly complain: (text: string) => void;
  /** How long steps and stops may take to end; milliseconds. */
  readonly drainTimeoutMs: number;
}

/** Ends everything in order, loses nothing, and lets every payload go that does not still step. */
export async function closeEngine(parts: ClosingParts): Promise<void> {
  const { ledger, clock, drainTimeoutMs } = parts;
  const deadline = clock.elapsed() + drainTimeoutMs;
  parts.dispatcher.close();
  await parts.submission.close();
  parts.waiters.close();
  const letGoOf = new LettingGo(parts);
  // Those that wait have all the time that the steps have, however long one of them takes.
  const waiting = [...ledger.table.records()].filter((record) => isWaiting(parts, record));
  parts.executor.hearEnds((id) => letGoOf.returned(id));
  const draining = parts.slots.close(Math.max(deadline - clock.elapsed(), 0));
  for (const { id } of waiting) letGoOf.job(id);
  const stepping = new Set(await draining);
  complainOf(parts, stepping.size);
  for (const { id } of ledger.table.records()) if (!stepping.has(id)) letGoOf.job(id);
  await within(clock, deadline, letGoOf.done());
  await parts.persistence.flush().catch(() => {
    parts.complain(
      "the store refused the last state of some jobs; they resume from the one before",
    );
  });
  parts.persistence.close();
  parts.executor.close();
}

/** Whether nothing of it runs, or will. */
function isWaiting({ dispatcher }: ClosingParts, record: JobRecord): boolean {
  const { kind } = record.state;
  if (kind === "pending") return dispatcher.withdraw(record, "recall") === "removed";
  return kind !== "running";
}

function complainOf({ ledger, drainTimeoutMs, complain }: ClosingParts, stepping: number): void {
  if (stepping > 0) {
    const still = `${stepping} of the running jobs still step after ${drainTimeoutMs} ms`;
    complain(`${still}; they are left alone and resume at the next start`);
  }
  const { size } = ledger.detached;
  if (size > 0) complain(`${size} steps that took too long have not returned yet`);
}

/** Stops what is not finished and finalizes it, each job once. */
class LettingGo {
  readonly #parts: ClosingParts;
  readonly #jobs = new Map<JobId, Promise<void>>();

  constructor(parts: ClosingParts) {
    this.#parts = parts;
  }

  /** REQUIRES: nothing of the job runs, or will. */
  job(id: JobId): void {
    if (!this.#jobs.has(id)) this.#jobs.set(id, this.#letGo(id));
  }

  /** Its run has ended. What that finished is let go when it is committed. */
  returned(id: JobId): void {
    const record = this.#parts.ledger.table.get(id);
    if (record !== null && !isFinished(record.state)) this.job(id);
  }

  async done(): Promise<void> {
    await Promise.all(this.#jobs.values());
  }

  async #letGo(id: JobId): Promise<void> {
    const { ledger, executor, persistence } = this.#parts;
    const record = ledger.table.get(id);
    if (record !== null && !isFinished(record.state) && !executor.stoppedByClosing.has(id)) {
      const snapshot = (await ledger.payload(id)?.stop("closing")) ?? null;
      const learned = snapshot === null ? null : ledger.learn(id, snapshot);
      if (learned !== null) persistence.later(ledger.saves.write(id));
    }
    await ledger.release(id);
  }
}

/** Waits for `work`, but not beyond `deadline` (of `elapsed`): a stop that never returns must not keep us. */
async function within(clock: Clock, deadline: number, work: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = clock.after(deadline - clock.elapsed(), resolve);
  await Promise.race([work, promise]);
  timer.cancel();
}
