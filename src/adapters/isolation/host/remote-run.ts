import type { JobFailure, StepResult } from "../../../core/job-state.ts";
import type { JobRecord } from "../../../core/job-record.ts";
import { requestAtEnd, stopReason, type RunRequest } from "../../../core/stop-reason.ts";
import { stepGraceMs } from "../../../core/limits.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Revived, Run, RunEnd, RunListener, RunOrder } from "../../../ports/runner.ts";
import type { Company } from "./company.ts";
import { RemotePayload } from "./remote-payload.ts";
import type { Side } from "./side.ts";
import { readEnd } from "./told.ts";
import { readTree } from "./told-tree.ts";

/** What a run needs of its plugin. */
export interface RunHome {
  /** Where it runs now; null: nowhere, it is being started again. */
  readonly side: Side | null;
  /** Resolves when the plugin has started, or this life of it is over. */
  settled(): Promise<void>;
  readonly company: Company;
  /** Its payloads are made again in their runs: nothing of the plugin's is called before. */
  readonly revivesInRun: boolean;
  readonly clock: Clock;
  /** Somebody has met a payload of a side that has died, while there is no other. */
  lost(): void;
}

const strength: Record<RunRequest, number> = { nothing: 0, closing: 1, pause: 2, cancel: 3 };

/** So many crashes in a row of one job, and nothing else of its plugin steps beside it. */
const trustedCrashes = 2;

const returned: RunEnd = { kind: "returned" };

/** Numbers of runs are the host's; they tell its runs apart on whatever side. */
let lastNumber = 0;

/** One run of one job on another side: what happens there is told here, and what is asked here there. */
export class RemoteRun implements Run {
  readonly #order: RunOrder;
  readonly #listener: RunListener;
  readonly #home: RunHome;
  readonly #number = (lastNumber += 1);
  #requested: RunRequest = "nothing";
  #isClosing = false;
  /** Where it runs. */
  #side: Side | null = null;
  /** Where it runs or has run. */
  #ranOn: Side | null = null;
  /** Whether something of the plugin's was called, so that it may be what has crashed. */
  #isBegun = false;
  #runtimeMs = 0;

  constructor(order: RunOrder, listener: RunListener, home: RunHome) {
    this.#order = order;
    this.#listener = listener;
    this.#home = home;
  }

  request(request: Exclude<RunRequest, "nothing">): void {
    // Closing has a limit of its own.
    if (request === "closing") this.#side?.silence.forget(this.#number);
    const isStronger = strength[request] > strength[this.#requested];
    const isNews = request === "closing" ? !this.#isClosing : isStronger;
    this.#isClosing ||= request === "closing";
    if (isStronger) this.#requested = request;
    // Beside a pause, too: what fails because of the closing is not charged.
    if (isNews) this.#side?.link.tell("request", { run: this.#number, request });
  }

  takeBack(): void {
    if (this.#requested !== "pause") return;
    this.#requested = this.#isClosing ? "closing" : "nothing";
    this.#side?.link.tell("takeBack", { run: this.#number });
  }

  /** What became of it could not be understood: whatever is wrong, it is its side's. */
  broken(error: unknown): void {
    this.#ranOn?.broken(error);
  }

  /** The whole run; resolves, never rejects, with how it ended. */
  async execute(): Promise<RunEnd> {
    const { company } = this.#home;
    const refused = company.enter(isSuspect(this.#order.record));
    if (refused !== null) return { kind: "held-back", turn: refused };
    try {
      return await this.#execute();
    } finally {
      company.leave();
    }
  }

  async #execute(): Promise<RunEnd> {
    if (this.#isClosing) return returned;
    const side = await this.#findSide();
    const { id, payload } = this.#order;
    if (this.#isClosing) return returned;
    if (side === null) {
      this.#home.lost();
      return this.#isGone() ? neverBegan(unsaved) : returned;
    }
    this.#listener.started(id);
    if (payload instanceof RemotePayload && !payload.isLost) return this.#runOn(payload, false);
    if (payload === null || payload instanceof RemotePayload) return this.#reviveOn(side, payload);
    return neverBegan({ code: "INTERNAL", message: "the payload is not the isolated plugin's" });
  }

  /** Where it can run; null: nowhere. A plugin that has submitted it while it starts is awaited. */
  async #findSide(): Promise<Side | null> {
    const { payload } = this.#order;
    if (payload instanceof RemotePayload && !payload.isLost) await this.#home.settled();
    return this.#home.side;
  }

  /** Whether nothing is left from which the job could go on. */
  #isGone(): boolean {
    const { payload, record } = this.#order;
    const hasPayload = payload instanceof RemotePayload && !payload.isLost;
    return !hasPayload && record.currentState === null;
  }

  /** `lost`: what the job had before its side died. */
  async #reviveOn(side: Side, lost: RemotePayload | null): Promise<RunEnd> {
    const { id, record, revive } = this.#order;
    if (record.currentState === null) return this.#crashed(lost?.side ?? side);
    this.#isBegun = !this.#home.revivesInRun;
    const revived = await revive();
    if (side.isOver) {
      if (revived.kind === "revived") void revived.payload.finalize();
      return this.#crashed(side);
    }
    const payload = revived.kind === "revived" ? revived.payload : null;
    if (!(payload instanceof RemotePayload)) return unmade(revived);
    // From now on the engine has it, whatever becomes of the side.
    this.#listener.prepared(id, payload, null);
    void lost?.finalize();
    const end = await this.#runOn(payload, true);
    // A native one is made in its run, which only then finds out that it is not the plugin's.
    if (end.kind === "disowned") void payload.finalize();
    return end;
  }

  async #runOn(payload: RemotePayload, isRevived: boolean): Promise<RunEnd> {
    const { side, number } = payload;
    const { id, reset, attemptsLeft, record } = this.#order;
    side.runs.set(this.#number, {
      begun: () => void (this.#isBegun = true),
      prepared: (snapshot) => this.#listener.prepared(id, null, snapshot),
      sampled: (sample) => {
        this.#runtimeMs = sample.runtimeMs;
        this.#listener.sampled(id, sample);
      },
      logged: (...line) => this.#listener.logged(id, ...line),
      treeChanged: (told) => {
        payload.tree = readTree(told) ?? payload.tree;
        this.#listener.treeChanged(id);
      },
      openOutput: (...output) => this.#listener.openOutput(id, ...output),
      checkpointed: (sample, state) => this.#listener.checkpointed(id, sample, state),
    });
    if (record.stepTimeoutMs > 0) {
      side.silence.watch(this.#number, record.stepTimeoutMs + stepGraceMs);
    }
    try {
      const end = side.link.ask("run", {
        run: this.#number,
        id,
        payload: number,
        isRevived,
        reset,
        attemptsLeft,
        record: {
          ...record,
          submittedState: reset ? record.submittedState : null,
          currentState: null,
        },
      });
      this.#side = side;
      this.#ranOn = side;
      if (this.#requested !== "nothing") {
        side.link.tell("request", { run: this.#number, request: this.#requested });
      }
      if (this.#isClosing && this.#requested !== "closing") {
        side.link.tell("request", { run: this.#number, request: "closing" });
      }
      return await this.#inTime(side, await side.take(end, readEnd));
    } catch (error) {
      if (side.isOver) return this.#crashed(side);
      return neverBegan({ code: "INTERNAL", message: String(error) });
    } finally {
      side.silence.forget(this.#number);
      this.#side = null;
      side.runs.delete(this.#number);
    }
  }

  /** A step that goes on although its time is over: there is no other way to end it. */
  async #inTime(side: Side, end: RunEnd): Promise<RunEnd> {
    if (end.kind !== "detached") return end;
    this.#runtimeMs = end.runtimeMs;
    side.hasNamed = true;
    side.endFor([this.#number]);
    await side.ended;
    return this.#crashed(side);
  }

  /** The side has died under the run. One of which nothing was called is not charged. */
  #crashed(side: Side): RunEnd {
    const { record, attemptsLeft } = this.#order;
    const isSaved = record.currentState !== null;
    const isOverdue = side.overdue.has(this.#number);
    // Of one that was ended for a single step, or for steps that it named, nobody else is to blame.
    const isKnown = side.overdue.size === 1 || side.hasNamed;
    const isInnocent = !this.#isBegun || (isKnown && !isOverdue);
    if (isInnocent && isSaved) return returned;
    const message = side.over?.message ?? "The thread or process of the plugin has ended";
    const error = isOverdue
      ? stepTimedOut(record.stepTimeoutMs)
      : { code: "PLUGIN_CRASHED", message };
    // What cannot be saved cannot be made again, however many attempts are left.
    const result: StepResult = { kind: "failure", error, retryable: isSaved };
    const requested = requestAtEnd(result, this.#requested, this.#isClosing);
    return {
      kind: "ended",
      result,
      stopped: stopReason(result, requested, attemptsLeft),
      snapshot: null,
      runtimeMs: this.#runtimeMs,
    };
  }
}

/** Whether it has taken its side along so often that nobody else is to be charged for the next time. */
function isSuspect({ attempts, lastError }: JobRecord): boolean {
  return lastError?.code === "PLUGIN_CRASHED" && attempts >= trustedCrashes;
}

function stepTimedOut(timeoutMs: number): JobFailure {
  const message = `The step took longer than ${timeoutMs} ms; its thread or process was ended`;
  return { code: "STEP_TIMED_OUT", message };
}

const unsaved: JobFailure = {
  code: "PLUGIN_CRASHED",
  message: "Its plugin's thread or process has ended, and this job could not be saved",
};

/** How the run of a job ends whose payload could not be made. */
function unmade(revived: Revived): RunEnd {
  switch (revived.kind) {
    case "not-mine":
      return { kind: "disowned" };
    case "closing":
      return returned;
    case "failed":
      return neverBegan(revived.error);
    case "revived":
      return neverBegan({ code: "INTERNAL", message: "the revived payload is not its plugin's" });
  }
}

function neverBegan(error: JobFailure): RunEnd {
  const result: StepResult = { kind: "failure", error, retryable: false };
  return { kind: "ended", result, stopped: null, snapshot: null, runtimeMs: 0 };
}
