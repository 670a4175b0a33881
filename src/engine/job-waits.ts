import { JobEngineError } from "../core/errors.ts";
import type { JobId } from "../core/job-id.ts";
import type { JobRecord } from "../core/job-record.ts";
import type { CallScope } from "../ports/call-scope.ts";
import type { JobInfo, SubmitOptions } from "../ports/job.ts";
import type { JobHandle, WaitOptions } from "../ports/plugin.ts";
import type { Slots } from "../ports/slots.ts";
import { checkWaitOptions, noSuchJob } from "./arguments.ts";
import type { Ledger } from "./ledger.ts";
import type { Submission } from "./submission.ts";
import type { Waiters } from "./waiters.ts";

export interface JobWaitsParts {
  readonly ledger: Ledger;
  readonly waiters: Waiters;
  readonly submission: Submission;
  readonly scope: CallScope;
  readonly slots: Pick<Slots, "catchUp">;
}

/** Who waits for the end of a job, and where nobody can. */
export class JobWaits {
  readonly #parts: JobWaitsParts;

  constructor(parts: JobWaitsParts) {
    this.#parts = parts;
  }

  /** As PluginHost.waitJob. `mustBeOpen`: called when the answer is not there yet. */
  async end(id: JobId, options: WaitOptions, mustBeOpen: () => void): Promise<JobInfo> {
    const { ledger, waiters } = this.#parts;
    const record = this.#find(id);
    if (record === null) return waiters.kept(id) ?? Promise.reject(noSuchJob(id));
    if (ledger.hasEnded(record)) return ledger.info(record);
    this.#mustBeAble();
    mustBeOpen();
    return waiters.wait(record.id, options);
  }

  /** As PluginHost.submitJobAndWait. */
  async endOfSubmitted(
    plugin: string,
    job: JobHandle,
    options: SubmitOptions = {},
    wait: WaitOptions = {},
  ): Promise<JobInfo> {
    checkWaitOptions(wait);
    this.#mustBeAble();
    const { waiters, submission } = this.#parts;
    const ends: Promise<JobInfo>[] = [];
    const patient = givingUpWith(options, wait.signal);
    const begin = (entered: JobId): void => {
      const end = waiters.wait(entered, wait);
      // It may reject before the submit has answered; whoever called hears of it below.
      end.catch(() => undefined);
      ends.push(end);
    };
    await submission.submit(plugin, job, patient, begin);
    const [end] = ends;
    if (end === undefined) throw new Error("INTERNAL_SUBMITTED_WITHOUT_ENTERING");
    return end;
  }

  #find(id: JobId): JobRecord | null {
    const { ledger, slots } = this.#parts;
    // Who is known already may be forgotten while the engine catches up: not before this has its answer.
    const known = ledger.table.get(id);
    if (known !== null) return known;
    slots.catchUp();
    return ledger.table.get(id);
  }

  #mustBeAble(): void {
    if (this.#parts.scope.inside() !== "job") return;
    const why = "a job's callback cannot wait for another job; it might wait for its own slot";
    throw new JobEngineError("WRONG_THREAD", why);
  }
}

/** The same, but no longer than anybody waits for the job. What is wrong with it the submit says. */
function givingUpWith(options: SubmitOptions, waiting: AbortSignal | undefined): SubmitOptions {
  if (waiting === undefined || typeof options !== "object" || options === null) return options;
  const { signal = waiting } = options;
  if (!(signal instanceof AbortSignal)) return options;
  return { ...options, signal: AbortSignal.any([signal, waiting]) };
}
