import {
  Job,
  StepResult,
  type JobRun,
  type JsonObject,
  type StopReason,
} from "../../../../src/sdk.ts";
import type { Destination, Drained } from "../destinations/destination.ts";
import { busyRetryMs } from "../destinations/gate.ts";
import type { Held } from "../destinations/held.ts";
import type { Item, Outcome, RequestCounts } from "../queue/item.ts";
import type { Queue } from "../queue/queue.ts";
import type { Target } from "../settings/settings.ts";
import type { Requests } from "./requests.ts";

/** Orthanc's names for the same jobs, by the kind of their destination. */
export const sendJobTypes = {
  dicom: "DicomModalityStore",
  "dicom-web": "DicomWebStowClient",
} as const satisfies Record<Target["kind"], string>;

type SendJobType = (typeof sendJobTypes)[keyof typeof sendJobTypes];

/** What a job is made again from. Not the list of its instances: that is in the queue. */
export interface SendState {
  readonly request: string;
  readonly target: string;
  /** Success whatever failed; the error queue has it all the same. */
  readonly isPermissive: boolean;
  /** Resource ids as they were asked for, the first of them. */
  readonly resources: readonly string[];
  /** The destination that the instances were meant for. */
  readonly movedFrom?: string;
}

/** What a job works with. */
export interface SendParts {
  readonly queue: Queue;
  readonly requests: Requests;
  /** Null: the configuration has no such destination any more. */
  readonly destinationOf: (name: string) => Destination | null;
  /** Whether nothing more will enter a request of which everything is sent. */
  readonly mayEnd: (request: string) => boolean;
}

/** A step sends for so long, and so many, at most: then others have their turn. */
const stepMs = 2_000;
const stepLimit = 500;

/** What went wrong here, and is nobody's fault out there, is tried again after so long; milliseconds. */
const brokenRetryMs = 5_000;

/** A destination that is paused, or not configured any more, is looked at so often, in milliseconds. */
const pausedRetryMs = 1_000;
const unknownRetryMs = 60_000;

/** Into a request that takes in what comes more may come: it is looked so often, in milliseconds. */
const growingRetryMs = 500;

/** Whose time of the day has not come is looked at so often, in milliseconds: clocks are set. */
const closedRetryMs = 60_000;

/** The job of an older version that is to be sent later may be canceled, which nobody is told: as often. */
const behindRetryMs = 60_000;

/** It is looked so often at least, in milliseconds: somebody may have set the clock. */
const longestWaitMs = 600_000;

/** One request: some instances for one destination. Each step sends what is due. */
export class SendJob extends Job {
  readonly type: SendJobType;
  readonly #state: SendState;
  readonly #parts: SendParts;
  #counts: RequestCounts | null = null;
  #held: Held | null = null;
  #nextAt: number | null = null;

  constructor(type: SendJobType, state: SendState, parts: SendParts) {
    super();
    this.type = type;
    this.#state = state;
    this.#parts = parts;
  }

  /** What it throws fails no job: something waits in the queue, and nobody else would send it. */
  async step(run: JobRun): Promise<StepResult> {
    try {
      return await this.#drain(run);
    } catch (error) {
      if (run.signal.aborted) throw error;
      run.log("warning", `Something went wrong here, and is tried again: ${String(error)}`);
      await this.#tellPass(Date.now() + brokenRetryMs);
      return StepResult.retry(brokenRetryMs);
    }
  }

  async #drain(run: JobRun): Promise<StepResult> {
    const { request, target } = this.#state;
    const destination = this.#parts.destinationOf(target);
    if (destination === null) return this.#end(StepResult.retry(unknownRetryMs), unknownRetryMs);
    const ending = new AbortController();
    const end = (): void => {
      // A pause lets the instances that are on their way arrive; a cancel does not.
      if (run.shouldStop() === "cancel") ending.abort();
    };
    run.signal.addEventListener("abort", end);
    const { hurries } = destination.gate;
    let settled = 0;
    try {
      const drained = await destination.drain({
        request,
        until: Date.now() + stepMs,
        limit: stepLimit,
        mayGoOn: () => !run.signal.aborted,
        signal: ending.signal,
        onSettled: (item, outcome) => {
          settled += 1;
          this.#settled(run, item, outcome);
        },
      });
      return await this.#after(run, drained, {
        hasMoved: settled > 0,
        isHurried: () => destination.gate.hurries > hurries,
      });
    } finally {
      run.signal.removeEventListener("abort", end);
    }
  }

  /** What was not sent is kept as errors: a resubmit, or a requeue, sends it. */
  override async stop(reason: StopReason): Promise<void> {
    if (reason !== "canceled") return;
    const { request } = this.#state;
    try {
      await this.#parts.queue.call("cancel", { request, now: Date.now() });
    } finally {
      await this.#tellPass(null);
    }
  }

  /** What was acknowledged stays so: only the rest is sent again. */
  override async reset(): Promise<void> {
    const filter = { request: this.#state.request, state: "failed" } as const;
    await this.#parts.queue.call("requeue", { filter, now: Date.now() });
    this.#counts = null;
  }

  override getProgress(): number {
    if (this.#counts === null) return 0;
    const { pending, sent, failed, removed } = this.#counts;
    const all = pending + sent + failed + removed;
    return all === 0 ? 1 : (all - pending) / all;
  }

  override getContent(): JsonObject {
    const { target, resources, movedFrom } = this.#state;
    const destination = this.#parts.destinationOf(target)?.target;
    const counts = this.#counts;
    return {
      Description: "REST API",
      ...(destination === undefined ? {} : partnersOf(destination)),
      Destination: target,
      ...(movedFrom === undefined ? {} : { MovedFrom: movedFrom }),
      ParentResources: resources,
      ...(counts === null ? {} : countsOf(counts)),
      ...this.#trouble(),
    };
  }

  override getSerialized(): JsonObject {
    return { ...this.#state };
  }

  async #after(
    run: JobRun,
    { held, delivered }: Drained,
    { hasMoved, isHurried }: { readonly hasMoved: boolean; readonly isHurried: () => boolean },
  ): Promise<StepResult> {
    this.#held = held;
    if (this.#hasMore(delivered)) return StepResult.continue;
    const { counts, longestMs } = await this.#count(held === null && !hasMoved);
    this.#counts = counts;
    this.#held = held ?? (hasMoved ? null : behindOthers(counts));
    if (counts.pending === 0) {
      const isOver = this.#parts.mayEnd(this.#state.request);
      return isOver ? this.#finish(run, counts) : StepResult.retry(growingRetryMs);
    }
    // Since this step began somebody wants it to be tried at once.
    if (run.signal.aborted || isHurried()) return StepResult.continue;
    const waitMs = Math.max(leastWaitMs(delivered), waitOf(this.#held, counts.nextDueAt));
    if (waitMs === 0) return StepResult.continue;
    const sleepMs = Math.min(this.#sleepOf(waitMs), longestMs);
    return this.#end(StepResult.retry(sleepMs), waitMs);
  }

  /** `isIdle`: nothing could be taken to be sent. If some of it is due, it waits for an older version. */
  async #count(isIdle: boolean): Promise<{ counts: RequestCounts; longestMs: number }> {
    const { request } = this.#state;
    const counts = await this.#parts.queue.call("counts", { request });
    if (!isIdle || behindOthers(counts) === null) return { counts, longestMs: longestWaitMs };
    const nextDueAt = await this.#parts.queue.call("freeAt", { request });
    return { counts: { ...counts, nextDueAt }, longestMs: behindRetryMs };
  }

  /** A destination in trouble is asked once for all that wait for it; they are woken when it is there. */
  #sleepOf(waitMs: number): number {
    const destination = this.#parts.destinationOf(this.#state.target);
    if (destination === null || this.#held?.kind !== "open") return waitMs;
    const now = Date.now();
    return destination.gate.turnAfter(now + waitMs) - now;
  }

  /** Something was sent, and something is left: to count all of a large request can wait. */
  #hasMore(delivered: number): boolean {
    return this.#held === null && delivered > 0 && (this.#counts?.pending ?? 0) > 0;
  }

  #finish(run: JobRun, counts: RequestCounts): StepResult {
    if (counts.moved > 0) {
      const words = `${counts.moved} instances were given to ${counts.movedTo}; another job sends them.`;
      run.log("warning", words);
    }
    this.#parts.requests.passed(this.#state.request, { counts, nextAt: null });
    const { failed } = counts;
    if (failed === 0 || this.#state.isPermissive) return StepResult.success;
    const message = `${failed} of ${failed + counts.sent} instances were not transferred; they are in the error queue.`;
    return StepResult.failure("NOT_TRANSFERRED", message, { details: countsOf(counts) });
  }

  /** Everything that was due has been tried; the rest has to wait. */
  #end(result: StepResult, waitMs: number): StepResult {
    const held = this.#held;
    this.#nextAt = held?.kind === "closed" ? held.until : Date.now() + waitMs;
    if (this.#counts !== null && this.#held?.kind !== "busy") {
      const pass = { counts: this.#counts, nextAt: this.#nextAt };
      this.#parts.requests.passed(this.#state.request, pass);
    }
    return result;
  }

  /** Whoever waits is told what the queue says, or, if it says nothing, to wait no longer. */
  async #tellPass(nextAt: number | null): Promise<void> {
    const { request } = this.#state;
    const counts = await this.#parts.queue.call("counts", { request }).catch(() => null);
    this.#parts.requests.passed(request, counts === null ? null : { counts, nextAt });
  }

  #settled(run: JobRun, { instance }: Item, outcome: Outcome): void {
    const counts = this.#counts;
    if (outcome.kind !== "sent") {
      run.log("warning", outcome.why.sentence, {
        Code: outcome.why.code,
        SOPInstanceUID: instance.sopInstance,
      });
    }
    if (counts === null || outcome.kind === "retry") return;
    const isSent = outcome.kind === "sent";
    const isWarned = isSent && outcome.warning !== null;
    this.#counts = {
      ...counts,
      pending: Math.max(0, counts.pending - 1),
      sent: counts.sent + (isSent ? 1 : 0),
      warned: counts.warned + (isWarned ? 1 : 0),
      failed: counts.failed + (isSent ? 0 : 1),
    };
    run.setProgress(Math.round(this.getProgress() * 1_000_000), 1_000_000);
  }

  #trouble(): JsonObject {
    const held = this.#held;
    if (held === null || held.kind === "busy") return { DestinationState: "Ready" };
    if (held.kind === "paused") return { DestinationState: "Paused" };
    if (held.kind === "closed") {
      return { DestinationState: "Closed", NextRetry: new Date(held.until).toISOString() };
    }
    return {
      DestinationState: held.why.kind === "configuration" ? "Misconfigured" : "Backoff",
      LastError: `${held.why.sentence} (${held.why.code})`,
      NextRetry: new Date(held.until).toISOString(),
    };
  }
}

/** Who sends to whom, as Orthanc words it. */
export const partnersOf = (target: Target): JsonObject =>
  target.kind === "dicom"
    ? { RemoteAet: target.aet, LocalAet: target.localAet }
    : { Server: target.name };

const countsOf = (counts: RequestCounts): JsonObject => ({
  InstancesCount: counts.pending + counts.sent + counts.failed + counts.removed,
  SentInstancesCount: counts.sent,
  WarningInstancesCount: counts.warned,
  FailedInstancesCount: counts.failed,
  PendingInstancesCount: counts.pending,
  NetworkSizeMB: String(Math.round(counts.bytes / 1_048_576)),
  ...movedOf(counts),
});

/** What another destination has instead. */
export const movedOf = ({ moved, movedTo }: RequestCounts): JsonObject =>
  moved === 0 ? {} : { MovedInstancesCount: moved, MovedTo: movedTo };

/** What is due and was not tried is behind what another request has to send. */
const behindOthers = ({ nextDueAt }: RequestCounts): Held | null =>
  nextDueAt !== null && nextDueAt <= Date.now() ? { kind: "busy" } : null;

/** A step that has come to nothing is not repeated at once. */
const leastWaitMs = (delivered: number): number => (delivered === 0 ? busyRetryMs : 0);

/** 0: go on at once. */
function waitOf(held: Held | null, nextDueAt: number | null): number {
  const now = Date.now();
  switch (held?.kind) {
    case "paused":
      return pausedRetryMs;
    case "busy":
      return busyRetryMs;
    case "closed":
      return Math.min(closedRetryMs, Math.max(1, held.until - now));
    case "open":
      return Math.max(1, held.until - now);
    case undefined:
      return Math.max(0, (nextDueAt ?? now) - now);
  }
}
