import { checkpointEveryMs } from "../../core/limits.ts";
import type { Snapshot } from "../../core/job-record.ts";
import type { StepResult, StopReason } from "../../core/job-state.ts";
import { requestAtEnd, stopReason, type RunRequest } from "../../core/stop-reason.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Payload, Run, RunEnd, RunListener, RunOrder, Sample } from "../../ports/runner.ts";
import { LoopPayload, nothingPushed, type Pushed } from "./loop-payload.ts";
import { LoopStep, type StepHost } from "./loop-step.ts";
import { StepWatch, timedOut } from "./step-watch.ts";
import { failureFrom, readStepResult, readThrown } from "./step-result.ts";

/** What a run needs of its runner. */
export interface LoopTurn {
  readonly clock: Clock;
  /** Lets the rest of the process have its turn, if the runs have used up theirs; null: not yet. */
  breathe(): Promise<void> | null;
}

const strength: Record<RunRequest, number> = { nothing: 0, closing: 1, pause: 2, cancel: 3 };

/** One run of one job on the event loop: revive, reset, step until there is a reason, stop. */
export class LoopRun implements Run {
  readonly #order: RunOrder;
  readonly #listener: RunListener;
  readonly #turn: LoopTurn;
  #requested: RunRequest = "nothing";
  #payload: LoopPayload | null = null;
  #step: LoopStep | null = null;
  #host: StepHost | null = null;
  #stepBegan = 0;
  #runtimeMs = 0;
  #lastCheckpoint: number;
  #sampleDue = false;
  #isClosing = false;
  /** Of the step that runs, if its time is limited. */
  #watch: StepWatch | null = null;
  #isTimedOut = false;
  /** Called with the end of the run: also when nobody waits for its step any more. */
  #end: (end: RunEnd) => void = notYet;
  #isDetached = false;
  #returned: Promise<unknown> = done;

  constructor(order: RunOrder, listener: RunListener, turn: LoopTurn) {
    this.#order = order;
    this.#listener = listener;
    this.#turn = turn;
    this.#lastCheckpoint = turn.clock.elapsed();
  }

  request(request: Exclude<RunRequest, "nothing">): void {
    // What still steps then is left alone by the closing, and goes on at the next start.
    if (request === "closing") this.#watch?.end();
    this.#isClosing ||= request === "closing";
    if (strength[request] <= strength[this.#requested]) return;
    this.#requested = request;
    this.#step?.abort();
    this.#payload?.ask(request);
  }

  takeBack(): void {
    if (this.#requested !== "pause") return;
    this.#requested = this.#isClosing ? "closing" : "nothing";
    this.#payload?.ask(this.#requested);
  }

  /** Of a run that has ended as detached: resolves when its step has returned and was stopped. */
  get returned(): Promise<unknown> {
    return this.#returned;
  }

  /** Called every `sampleEveryMs` by the runner. */
  tick(): void {
    this.#sampleDue = true;
    if (this.#payload === null || this.#step === null) return;
    const runtimeMs = this.#runtimeMs + this.#turn.clock.elapsed() - this.#stepBegan;
    const { progress, content } = this.#payload.latest(this.#step.pushed);
    this.#listener.sampled(this.#order.id, { progress, content, runtimeMs });
  }

  /** The whole run; resolves, never rejects, with how it ended. */
  async execute(): Promise<RunEnd> {
    await this.#turn.breathe();
    this.#listener.started(this.#order.id);
    const { payload } = this.#order;
    if (payload !== null) return this.#runOn(payload, false);
    const revived = await this.#order.revive();
    switch (revived.kind) {
      case "not-mine":
        return { kind: "disowned" };
      case "closing":
        return { kind: "returned" };
      case "failed":
        return this.#neverBegan(revived.error);
      case "revived":
        return this.#runOn(revived.payload, true);
    }
  }

  #runOn(payload: Payload, isRevived: boolean): RunEnd | Promise<RunEnd> {
    if (!(payload instanceof LoopPayload)) {
      return this.#neverBegan({ code: "INTERNAL", message: "the payload is not the loop's" });
    }
    if (isRevived) payload.markSaved();
    const { promise, resolve } = Promise.withResolvers<RunEnd>();
    // The same way for all, so that runs that end in one turn are heard of in the order of their ends.
    this.#end = resolve;
    this.#returned = payload.onStrand(() => this.#onStrand(payload, isRevived));
    return promise;
  }

  async #onStrand(payload: LoopPayload, isRevived: boolean): Promise<void> {
    this.#payload = payload;
    const isReady = !isRevived && !this.#order.reset;
    const unprepared = isReady ? null : await this.#prepare(payload, isRevived);
    // A reset or a revive may have taken longer than the host was there.
    const tooLate = this.#isClosing && this.#requested !== "cancel" ? closedBefore : null;
    const last = unprepared ?? tooLate ?? (await this.#inTree(payload));
    if (payload.descriptor.stop !== undefined) await payload.callStop(last.reason);
    this.#end(this.#endAfter(payload, last));
  }

  /** Reset and first look; an end if that went wrong, null if the job can step. */
  async #prepare(payload: LoopPayload, isRevived: boolean): Promise<LastStep | null> {
    let snapshot: Snapshot | null = null;
    let failure: LastStep | null = null;
    try {
      if (this.#order.reset) await this.#reset(payload);
      snapshot = payload.look(nothingPushed, payload.isSaved);
    } catch (error) {
      failure = failed(error, "RESET_FAILED");
    }
    this.#listener.prepared(this.#order.id, isRevived ? payload : null, snapshot);
    return failure;
  }

  async #reset(payload: LoopPayload): Promise<void> {
    const { reset, payload: own } = payload.descriptor;
    payload.dropTree();
    await payload.enter(() => reset?.(own));
  }

  /** The steps, while the tree of the payload is told of. */
  async #inTree(payload: LoopPayload): Promise<LastStep> {
    const { id } = this.#order;
    payload.runBegins(this.#requested, {
      changed: () => this.#listener.treeChanged(id),
      logged: (level, text) => this.#listener.logged(id, level, text),
    });
    try {
      return await this.#stepOn(payload);
    } finally {
      payload.runEnds();
    }
  }

  async #stepOn(payload: LoopPayload): Promise<LastStep> {
    for (;;) {
      const step = new LoopStep(this.#stepHost(payload));
      const result = await this.#oneStep(payload, step);
      const reason = this.#reasonAfter(result);
      if (reason !== null) return { result, reason, pushed: step.pushed };
      const failure = this.#betweenSteps(payload, step.pushed);
      if (failure !== null) return failure;
      const breath = this.#turn.breathe();
      if (breath !== null) await breath;
    }
  }

  /** The same for all steps of the run. */
  #stepHost(payload: LoopPayload): StepHost {
    this.#host ??= {
      get progress() {
        return payload.progress;
      },
      isTreeReason: (thrown) => payload.isTreeReason(thrown),
      requested: () => (this.#isTimedOut ? "timed-out" : this.#requested),
      log: (...line) => this.#listener.logged(this.#order.id, ...line),
      openOutput: (...opened) => this.#listener.openOutput(this.#order.id, ...opened),
      checkpoint: (pushed, state) => this.#save(payload.latest(pushed), state),
    };
    return this.#host;
  }

  #reasonAfter(result: StepResult): StopReason | null {
    if (this.#isDetached) return "timed-out";
    const requested = requestAtEnd(result, this.#requested, this.#isClosing);
    const reason = stopReason(result, requested, this.#order.attemptsLeft);
    return this.#isTimedOut && reason === "failure" ? "timed-out" : reason;
  }

  /** Limits the time of a step; null: it has as long as it likes. */
  #watchOver(step: LoopStep): StepWatch | null {
    const { stepTimeoutMs } = this.#order.record;
    this.#isTimedOut = false;
    if (stepTimeoutMs === 0 || this.#isClosing) return null;
    return new StepWatch(this.#turn.clock, stepTimeoutMs, {
      timedOut: () => {
        this.#isTimedOut = true;
        step.abort();
        this.#payload?.ask("timed-out");
      },
      overdue: () => {
        this.#isDetached = true;
        this.#step = null;
        step.end();
        const runtimeMs = this.#runtimeMs + this.#turn.clock.elapsed() - this.#stepBegan;
        this.#end({ kind: "detached", error: timedOut(stepTimeoutMs), runtimeMs });
      },
    });
  }

  async #oneStep(payload: LoopPayload, step: LoopStep): Promise<StepResult> {
    const { step: call, payload: own } = payload.descriptor;
    let result: StepResult;
    this.#step = step;
    this.#stepBegan = this.#turn.clock.elapsed();
    this.#watch = this.#watchOver(step);
    try {
      const answer = await payload.enter(() => call(own, step));
      if (step.outputs !== null) await step.outputs.settle();
      result = readStepResult(answer);
    } catch (error) {
      result = step.isObedience(error) ? { kind: "continue" } : readThrown(error);
    }
    this.#step = null;
    step.end();
    this.#runtimeMs += this.#turn.clock.elapsed() - this.#stepBegan;
    return this.#judge(result);
  }

  /** What the step counts as, for the time it took. */
  #judge(result: StepResult): StepResult {
    this.#watch?.end();
    const judged = (this.#isClosing ? null : this.#watch?.judge(result)) ?? result;
    this.#isTimedOut = judged !== result;
    return judged;
  }

  /** Samples and checkpoints that are due; an end if the getters say what they must not. */
  #betweenSteps(payload: LoopPayload, pushed: Readonly<Pushed>): LastStep | null {
    const now = this.#turn.clock.elapsed();
    const isCheckpointDue = payload.isSaved && now - this.#lastCheckpoint >= checkpointEveryMs;
    if (!isCheckpointDue && !this.#sampleDue) return null;
    this.#sampleDue = false;
    try {
      const seen = payload.look(pushed, isCheckpointDue);
      if (seen.state === null) this.#listener.sampled(this.#order.id, this.#sample(seen));
      else this.#save(seen, seen.state).catch(ignore);
      return null;
    } catch (error) {
      return failed(error, "BAD_STATE_DATA");
    }
  }

  #save(seen: Snapshot, state: Uint8Array): Promise<void> {
    this.#lastCheckpoint = this.#turn.clock.elapsed();
    return this.#listener.checkpointed(this.#order.id, this.#sample(seen), state);
  }

  /** `stop` has been called. */
  #endAfter(payload: LoopPayload, { result, reason, pushed }: LastStep): RunEnd {
    if (this.#isDetached) return { kind: "returned" };
    const end = { kind: "ended", stopped: reason, runtimeMs: this.#runtimeMs } as const;
    try {
      return { ...end, result, snapshot: payload.look(pushed, payload.isSaved) };
    } catch (error) {
      const failure = result.kind === "failure" ? result : failed(error, "BAD_STATE_DATA").result;
      return { ...end, result: failure, snapshot: null };
    }
  }

  #sample({ progress, content }: Snapshot): Sample {
    return { progress, content, runtimeMs: this.#runtimeMs };
  }

  #neverBegan(error: { code: string; message: string }): RunEnd {
    const result: StepResult = { kind: "failure", error, retryable: false };
    return { kind: "ended", result, stopped: null, snapshot: null, runtimeMs: 0 };
  }
}

const done = Promise.resolve();

function notYet(): void {}

/** Nobody waits for such a checkpoint: the engine has complained and tries again by itself. */
function ignore(): void {}

/** Why the run ends, and what the last step had pushed: that still wins over the getters. */
interface LastStep {
  readonly result: StepResult;
  readonly reason: StopReason;
  readonly pushed: Readonly<Pushed>;
}

const closedBefore: LastStep = {
  result: { kind: "continue" },
  reason: "closing",
  pushed: nothingPushed,
};

const failed = (error: unknown, fallback: string): LastStep => ({
  result: { kind: "failure", error: failureFrom(error, fallback), retryable: false },
  reason: "failure",
  pushed: nothingPushed,
});
