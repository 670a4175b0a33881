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
import { CancelOf } from "./cancel-of.ts";
import { contentOf, countsOf } from "./content.ts";
import { Effort, shownInstances } from "./effort.ts";
import { failedList } from "./failed-list.ts";
import { isBehind, isDueLater, isOthers, obstacleOf, type Obstacle } from "./obstacle.ts";
import { sleepOf } from "./sleep.ts";
import { Standing } from "./standing.ts";

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
  /** Default 0: it has sent nothing yet. */
  readonly attempt?: number;
}

/** What a job works with. */
export interface SendParts {
  readonly queue: Queue;
  readonly requests: Requests;
  /** Null: the configuration has no such destination any more. */
  readonly destinationOf: (name: string) => Destination | null;
  readonly growth: Growth;
}

/** What enters requests while they are sent. */
export interface Growth {
  /** Whether nothing more will enter a request of which everything is sent. */
  mayEnd(request: string): boolean;
  /** How much has entered it by now. */
  entered(request: string): number;
  /**
   * Its job is about to sleep until something of it is due, having looked when so much had `entered`. False: more
   * has since, and it must not; true: what enters from now on wakes it.
   */
  maySleep(request: string, entered: number): boolean;
}

/** A step sends for so long at most, in milliseconds: then others have their turn. */
const stepMs = 2_000;

/** What went wrong here, and is nobody's fault out there, is tried again after so long; milliseconds. */
const brokenRetryMs = 5_000;

/** A destination that is not configured any more is looked at so often, in milliseconds. */
const unknownRetryMs = 60_000;

/** Into a request that takes in what comes more may come: it is looked so often, in milliseconds. */
const growingRetryMs = 500;

/** One request: some instances for one destination. Each step sends what is due. */
export class SendJob extends Job {
  readonly type: SendJobType;
  readonly #state: SendState;
  readonly #parts: SendParts;
  readonly #standing = new Standing();
  #held: Held | null = null;
  /** How much had entered its request when the last step began. */
  #entered = 0;
  readonly #effort: Effort;

  constructor(type: SendJobType, state: SendState, parts: SendParts) {
    super();
    this.type = type;
    this.#state = state;
    this.#parts = parts;
    this.#effort = new Effort(state.attempt);
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
    if (destination === null) {
      // It may not have looked at anything yet.
      await this.#tellPass(Date.now() + unknownRetryMs);
      return StepResult.retry(unknownRetryMs);
    }
    using cancel = new CancelOf(run);
    const { settlings } = destination.line;
    const since = performance.now();
    const { hurries } = destination.gate;
    const entered = this.#entered;
    this.#entered = this.#parts.growth.entered(request);
    let settled = 0;
    let isLooking = this.#standing.counts !== null;
    const drained = await destination.drain({
      request,
      until: Date.now() + stepMs,
      limit: destination.target.stepLimit,
      mayGoOn: () => !run.signal.aborted,
      signal: cancel.signal,
      onSettling: () => {
        const { asked } = this.#standing;
        return (item, outcome) => {
          settled += 1;
          this.#settled(run, item, { outcome, asked });
          destination.line.settledOne();
          if (isLooking) return;
          isLooking = true;
          // While the next is sent. Who has to know asks again.
          this.#look().catch(() => {});
        };
      },
    });
    this.#effort.drained(settled, drained.delivered, performance.now() - since);
    if (settled > 0) destination.line.settledSome();
    return await this.#after(run, drained, {
      destination,
      hasMoved: settled > 0,
      // Since this step began somebody wants it to be tried at once.
      isHurried: () => run.signal.aborted || destination.gate.hurries > hurries,
      isOvertaken: () => destination.line.settlings > settlings,
      entered,
    });
  }

  /** What was not sent is kept as errors: a resubmit, or a requeue, sends it. */
  override async stop(reason: StopReason): Promise<void> {
    const { request, target } = this.#state;
    const destination = this.#parts.destinationOf(target);
    this.#effort.stopped();
    try {
      if (reason !== "canceled") return;
      destination?.line.leave(request);
      await this.#parts.queue.call("cancel", { request, now: Date.now() });
    } finally {
      if (reason === "canceled") {
        await this.#tellPass(null);
        destination?.line.settledSome();
      }
      destination?.line.callNext();
    }
  }

  /** What was acknowledged stays so: only the rest is sent again. */
  override async reset(): Promise<void> {
    const filter = { request: this.#state.request, state: "failed" } as const;
    await this.#parts.queue.call("requeue", { filter, now: Date.now() });
    this.#standing.forget();
  }

  override getProgress(): number {
    if (this.#standing.counts === null) return 0;
    const { pending, sent, failed, removed } = this.#standing.counts;
    const all = pending + sent + failed + removed;
    return all === 0 ? 1 : (all - pending) / all;
  }

  override getContent(): JsonObject {
    const target = this.#parts.destinationOf(this.#state.target)?.target ?? null;
    const shown = { counts: this.#standing.counts, held: this.#held, effort: this.#effort };
    return contentOf(this.#state, target, shown);
  }

  override getSerialized(): JsonObject {
    return { ...this.#state, attempt: this.#effort.attempt };
  }

  async #after(
    run: JobRun,
    { held, delivered }: Drained,
    { destination, hasMoved, isHurried, ...met }: Circumstances,
  ): Promise<StepResult> {
    this.#held = held;
    if (this.#hasMore(delivered)) return StepResult.continue;
    const { request } = this.#state;
    const counts = await this.#look();
    if (counts.pending === 0) {
      const isOver = this.#parts.growth.mayEnd(request);
      return isOver ? this.#finish(run, counts) : StepResult.retry(growingRetryMs);
    }
    const { isStrict } = destination.target;
    const obstacle = await this.#obstacle(held, counts, { hasMoved, isStrict });
    if (isHurried()) return StepResult.continue;
    // What was tried and not delivered is not repeated at once.
    if (obstacle === null)
      return delivered > 0 ? StepResult.continue : StepResult.retry(busyRetryMs);
    return this.#sleep(obstacle, destination, met);
  }

  /** What the queue says of it now. */
  async #look(): Promise<RequestCounts> {
    const { request } = this.#state;
    const { queue } = this.#parts;
    // One that has not begun knows none; one that takes in what comes, not all.
    const [counts, instances] = await Promise.all([
      this.#standing.ask(() => queue.call("counts", { request })),
      this.#effort.knowsAll ? null : queue.call("instanceIds", { request, limit: shownInstances }),
    ]);
    if (instances !== null) this.#effort.know(instances, !this.#parts.growth.mayEnd(request));
    return counts;
  }

  /** Null: it may go on. */
  async #obstacle(
    held: Held | null,
    { nextDueAt }: RequestCounts,
    { hasMoved, isStrict }: { readonly hasMoved: boolean; readonly isStrict: boolean },
  ): Promise<Obstacle | null> {
    if (held !== null && held.kind !== "busy") return held;
    const now = Date.now();
    if (nextDueAt !== null && nextDueAt > now)
      return { kind: "due", at: nextDueAt, isBehind: false };
    if (held !== null) return held;
    if (hasMoved) return null;
    // Nothing of it could be taken to be sent, and now something is due.
    const { request } = this.#state;
    const prospect = await this.#parts.queue.call("prospect", { request, isStrict });
    return obstacleOf(prospect, Date.now());
  }

  /** Whoever sees that it may go on wakes it. */
  async #sleep(
    met: Obstacle,
    { line, gate }: Destination,
    circumstances: Pick<Circumstances, "isOvertaken" | "entered">,
  ): Promise<StepResult> {
    const { request } = this.#state;
    const place = await this.#parts.queue.call("place", { request });
    // Of a trouble that has begun since those were told that slept by then.
    const obstacle = isOthers(met) ? (gate.held() ?? met) : met;
    if (place !== null && !isDueLater(obstacle)) line.join(place, isBehind(obstacle));
    const soonMs = this.#soonMs(obstacle, circumstances);
    if (soonMs !== null) return StepResult.retry(soonMs);
    const { ms, isTried, nextAt } = sleepOf(obstacle, Date.now(), gate);
    if (isTried) this.#pass(nextAt);
    return StepResult.retry(ms);
  }

  /** When it looks again, if something has happened before anybody could see it asleep; null: nothing has. */
  #soonMs(
    obstacle: Obstacle,
    { isOvertaken, entered }: Pick<Circumstances, "isOvertaken" | "entered">,
  ): number | null {
    // What it was behind may be settled.
    if (isBehind(obstacle) && isOvertaken()) return busyRetryMs;
    // What enters it need not wait; as long as it comes it is sent some at a time.
    const { request } = this.#state;
    const hasToWait = isDueLater(obstacle) || isBehind(obstacle);
    return hasToWait && !this.#parts.growth.maySleep(request, entered) ? growingRetryMs : null;
  }

  /** Something was sent, and something is left: to count all of a large request can wait. */
  #hasMore(delivered: number): boolean {
    return this.#held === null && delivered > 0 && (this.#standing.counts?.pending ?? 0) > 0;
  }

  async #finish(run: JobRun, counts: RequestCounts): Promise<StepResult> {
    if (counts.moved > 0) {
      const words = `${counts.moved} instances were given to ${counts.movedTo}; another job sends them.`;
      run.log("warning", words);
    }
    const { request, isPermissive } = this.#state;
    const { failed } = counts;
    // A job that has failed has no outputs.
    if (failed > 0 && isPermissive) {
      const list = failedList(this.#parts.queue, request);
      await run.putOutput("failed", "application/json", list);
    }
    this.#parts.requests.passed(request, { counts, nextAt: null });
    if (failed === 0 || isPermissive) return StepResult.success;
    const message = `${failed} of ${failed + counts.sent} instances were not transferred; they are in the error queue.`;
    return StepResult.failure("NOT_TRANSFERRED", message, { details: countsOf(counts) });
  }

  /** Everything that was due has been tried; the rest has to wait. */
  #pass(nextAt: number | null): void {
    const { counts } = this.#standing;
    if (counts !== null) this.#parts.requests.passed(this.#state.request, { counts, nextAt });
  }

  /** Whoever waits is told what the queue says, or, if it says nothing, to wait no longer. */
  async #tellPass(nextAt: number | null): Promise<void> {
    const { request } = this.#state;
    const counts = await this.#parts.queue.call("counts", { request }).catch(() => null);
    this.#parts.requests.passed(request, counts === null ? null : { counts, nextAt });
  }

  #settled(
    run: JobRun,
    { instance }: Item,
    { outcome, asked }: { readonly outcome: Outcome; readonly asked: number },
  ): void {
    if (outcome.kind !== "sent") {
      run.log("warning", outcome.why.sentence, {
        Code: outcome.why.code,
        SOPInstanceUID: instance.sopInstance,
      });
    }
    this.#standing.settled(outcome, asked);
    if (this.#standing.counts === null || outcome.kind === "retry") return;
    run.setProgress(Math.round(this.getProgress() * 1_000_000), 1_000_000);
  }
}

/** What a step has met. */
interface Circumstances {
  readonly destination: Destination;
  readonly hasMoved: boolean;
  readonly isHurried: () => boolean;
  /** Since it began something was settled that it may have been behind. */
  readonly isOvertaken: () => boolean;
  /** How much had entered its request when the step before it began. */
  readonly entered: number;
}
