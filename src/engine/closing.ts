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
  const stepping = new Set(await parts.slots.close(Math.max(deadline - clock.elapsed(), 0)));
  if (stepping.size > 0) {
    const still = `${stepping.size} of the running jobs still step after ${drainTimeoutMs} ms`;
    parts.complain(`${still}; they are left alone and resume at the next start`);
  }
  const { size } = ledger.detached;
  if (size > 0) parts.complain(`${size} steps that took too long have not returned yet`);
  const rest = [...ledger.table.records()].filter(({ id }) => !stepping.has(id));
  await within(clock, deadline, Promise.all(rest.map((record) => letGo(parts, record))));
  await parts.persistence.flush().catch(() => {
    parts.complain(
      "the store refused the last state of some jobs; they resume from the one before",
    );
  });
  parts.persistence.close();
  parts.executor.close();
}

async function letGo(parts: ClosingParts, record: JobRecord): Promise<void> {
  const { ledger, executor, persistence } = parts;
  const { id } = record;
  if (!isFinished(record.state) && !executor.stoppedByClosing.has(id)) {
    const snapshot = (await ledger.payload(id)?.stop("closing")) ?? null;
    const learned = snapshot === null ? null : ledger.learn(id, snapshot);
    if (learned !== null) persistence.later(ledger.write(id));
  }
  await ledger.release(id);
}

/** Waits for `work`, but not beyond `deadline` (of `elapsed`): a stop that never returns must not keep us. */
async function within(clock: Clock, deadline: number, work: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = clock.after(deadline - clock.elapsed(), resolve);
  await Promise.race([work, promise]);
  timer.cancel();
}
