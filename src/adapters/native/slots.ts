import type { JobId } from "../../core/job-id.ts";
import { maxAdmitted } from "../../core/limits.ts";
import { runsBefore } from "../../core/pending-queue.ts";
import { stopReasons, type StepResult } from "../../core/job-state.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Run, RunEnd, RunListener, RunOrder, Runner } from "../../ports/runner.ts";
import type { Lane, Slots } from "../../ports/slots.ts";
import type { NativeCore } from "../../native/binding.ts";
import type { NativeMessage, NativeOutcome } from "../../native/messages.ts";
import type { NativeInbox } from "./inbox.ts";
import { KeepAlive } from "./keep-alive.ts";
import { LaneWatch } from "./lane-watch.ts";
import { valueOf } from "./numbers.ts";
import type { NativeOrderBook } from "./order-book.ts";
import type { NativeOutputs } from "./outputs.ts";
import type { NativePayloads } from "./payloads.ts";

type Ended = Extract<NativeMessage, { readonly kind: "ended" }>;
type Asked = "pause" | "cancel";

export interface NativeSlotsParts {
  readonly core: NativeCore;
  readonly orders: NativeOrderBook;
  readonly inbox: NativeInbox;
  readonly payloads: NativePayloads;
  readonly outputs: NativeOutputs;
  /** Executes the runs of JavaScript jobs, which get their slots from the native core too. */
  readonly runner: Runner;
  readonly clock: Clock;
  /** Whether what happens to a job has to be committed. */
  readonly durable: boolean;
  /** Whether a plugin's jobs are stepped by native threads. */
  readonly isNative: (plugin: string) => boolean;
}

/** How often a closing host looks whether the last run has ended; milliseconds. */
const lookEveryMs = 5;

/**
 * The ready list and the slots of the native core: its own threads step native jobs without
 * JavaScript; an entry of JavaScript takes its slot along to the loop and gives it back.
 */
export class NativeSlots implements Slots {
  readonly lane: Lane | null;
  readonly #parts: NativeSlotsParts;
  /** Admitted by the engine, and not known to have begun. */
  readonly #admitted = new Map<JobId, RunOrder>();
  /** The same of those that came by the lane; the bound of the list is not for them. */
  readonly #adopted = new Set<JobId>();
  /** The one of them that would run last; it may have left since. Null: not known. */
  #last: RunOrder | null = null;
  readonly #running = new Set<JobId>();
  /** Begun without a payload: the run makes one, on its own thread. */
  readonly #reviving = new Map<JobId, RunOrder>();
  readonly #runs = new Map<JobId, Run>();
  #isClosing = false;
  /** What was asked of a JavaScript run that has its slot but has not heard of it yet. */
  readonly #early = new Map<JobId, Asked>();
  readonly #keepAlive: KeepAlive;
  readonly #laneWatch: LaneWatch;
  /** How many jobs were posted to be admitted, and what the core was told of the lane last. */
  #entered = 0;
  #laneTold = { isOpen: false, entered: 0, room: 0 };
  #isDetached = false;
  #isObserved = true;

  constructor(parts: NativeSlotsParts) {
    this.#parts = parts;
    this.#keepAlive = new KeepAlive(parts.clock);
    this.#laneWatch = new LaneWatch(parts.core, parts.clock);
    const lane: Lane = {
      open: (isOpen, room) => this.#openLane(isOpen, room),
      adopt: (id) => {
        // It takes room in the lane until that is told anew.
        this.#laneTold.room = -1;
        this.#adopted.add(id);
        this.#keepAlive.set(true);
      },
    };
    // What a durable store has to commit, the engine has to hear of.
    this.lane = parts.durable ? null : lane;
  }

  open(listener: RunListener): void {
    const { payloads, inbox } = this.#parts;
    this.#parts.outputs.open(inbox, listener);
    inbox.hear({
      "lane-busy": () => this.#laneWatch.begin(),
      granted: ({ id }) => this.#grant(listener, id as JobId),
      started: ({ id }) => this.#started(listener, id as JobId),
      sampled: ({ id, sample, runtimeMs }) => {
        // A step that was left alone may say something until it hears of that.
        if (!this.#running.has(id as JobId)) return;
        const { progress, content, state } = payloads.snapshotOf(id as JobId, sample);
        const seen = { progress, content, runtimeMs };
        if (state === null) listener.sampled(id as JobId, seen);
        else listener.checkpointed(id as JobId, seen, state).catch(ignore);
        if (sample.tree !== null) listener.treeChanged(id as JobId);
      },
      ended: (message) => {
        this.#ended(listener, message);
        this.#restIfIdle();
      },
      "step-returned": ({ id }) => listener.stepReturned(id as JobId),
    });
  }

  catchUp(): void {
    this.#parts.inbox.drain();
  }

  observed(isObserved: boolean): void {
    if (this.#isDetached || isObserved === this.#isObserved) return;
    this.#isObserved = isObserved;
    this.#parts.core.listen(isObserved);
  }

  savesItself(plugin: string): boolean {
    return this.#parts.isNative(plugin);
  }

  get admitted(): number {
    return this.#admitted.size;
  }

  ids(): readonly JobId[] {
    return [...this.#admitted.keys(), ...this.#adopted, ...this.#running];
  }

  admit(order: RunOrder): void {
    if (this.#admitted.size >= maxAdmitted) throw new Error("INTERNAL_READY_LIST_FULL");
    const { record } = order;
    if (this.#last !== null) this.#last = later(this.#last, order);
    this.#admitted.set(order.id, order);
    this.#parts.orders.admit({
      id: order.id,
      plugin: record.plugin,
      type: record.type,
      sequence: order.sequence,
      priority: order.priority,
      native: this.#parts.isNative(record.plugin),
      attempts: record.attempts,
      maxAttempts: record.retry.maxAttempts,
      stepTimeoutMs: Math.ceil(record.stepTimeoutMs),
      runtimeMs: Math.round(record.runtimeMs),
      reset: order.reset,
      state: record.currentState,
      submittedState: order.reset ? record.submittedState : null,
      progress: record.progress,
      content: record.content,
      finalizeSuccess: !this.#parts.durable,
    });
    this.#keepAlive.set(true);
  }

  last(): RunOrder | null {
    if (this.#last !== null && this.#admitted.get(this.#last.id) === this.#last) return this.#last;
    this.#last = null;
    for (const order of this.#admitted.values()) this.#last = later(this.#last, order);
    return this.#last;
  }

  request(id: JobId, request: Asked | "recall"): "removed" | "begun" | "absent" {
    this.#parts.orders.flush();
    const answer = this.#parts.core.request(id, request);
    const stood = this.#stands(id);
    if (answer === "removed") this.#leave(id);
    this.#restIfIdle();
    if (answer === "begun" && request !== "recall") this.#ask(id, request);
    // It has begun and ended since the inbox was read: its end is on the way to the listener.
    return answer === "absent" && stood ? "begun" : answer;
  }

  takeBack(id: JobId): void {
    if (this.#early.get(id) === "pause") this.#early.delete(id);
    this.#runs.get(id)?.takeBack();
    this.#parts.core.takeBack(id);
  }

  /** Whether the host has begun to close. */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  async close(drainMs: number): Promise<readonly JobId[]> {
    const { core, orders, clock } = this.#parts;
    this.#isClosing = true;
    orders.flush();
    core.beginClose();
    for (const run of this.#runs.values()) run.request("closing");
    const deadline = clock.elapsed() + drainMs;
    this.catchUp();
    while (this.#running.size > 0 && clock.elapsed() < deadline) {
      await new Promise<void>((resolve) => void clock.after(lookEveryMs, resolve));
      this.catchUp();
    }
    await this.#parts.outputs.end();
    this.#keepAlive.end();
    this.#laneWatch.end();
    return [...this.#running];
  }

  /** A job was posted for the engine to admit, which gives it its place next. */
  entering(): void {
    this.#entered += 1;
  }

  /** The core is destroyed: what a run of JavaScript held is nobody's any more. */
  detach(): void {
    this.#isDetached = true;
  }

  #openLane(isOpen: boolean, room: number): void {
    const told = this.#laneTold;
    const isTold = told.entered === this.#entered && told.room === room;
    // While it is closed nobody has to know how many have entered, or may.
    if (isOpen === told.isOpen && (!isOpen || isTold)) return;
    this.#laneTold = { isOpen, entered: this.#entered, room };
    this.#parts.core.openLane(isOpen, this.#entered, room);
  }

  #restIfIdle(): void {
    const busy = this.#admitted.size + this.#adopted.size + this.#running.size;
    if (busy === 0) this.#keepAlive.set(false);
  }

  #stands(id: JobId): boolean {
    return this.#admitted.has(id) || this.#adopted.has(id);
  }

  /** It stands in the list no more. Of what was adopted there is no order. */
  #leave(id: JobId): RunOrder | undefined {
    const order = this.#admitted.get(id);
    this.#admitted.delete(id);
    this.#adopted.delete(id);
    return order;
  }

  #ask(id: JobId, request: Asked): void {
    const run = this.#runs.get(id);
    if (run !== undefined) run.request(request);
    // A native run hears of it from the core.
    else if (!this.#running.has(id) && this.#early.get(id) !== "cancel")
      this.#early.set(id, request);
  }

  #grant(listener: RunListener, id: JobId): void {
    const order = this.#leave(id);
    // Given before the closing began, and not taken up any more.
    if (order === undefined || this.#isClosing) return void this.#parts.core.release(id);
    this.#running.add(id);
    const run = this.#parts.runner.start(order, {
      started: (started) => listener.started(started),
      prepared: (...prepared) => listener.prepared(...prepared),
      sampled: (...sampled) => listener.sampled(...sampled),
      checkpointed: (...checkpointed) => listener.checkpointed(...checkpointed),
      logged: (...logged) => listener.logged(...logged),
      treeChanged: (changed) => listener.treeChanged(changed),
      openOutput: (...opened) => listener.openOutput(...opened),
      stepReturned: (returned) => listener.stepReturned(returned),
      ended: (_id, end) => this.#released(listener, id, end),
    });
    this.#runs.set(id, run);
    const early = this.#early.get(id);
    this.#early.delete(id);
    if (early !== undefined) run.request(early);
  }

  #released(listener: RunListener, id: JobId, end: RunEnd): void {
    this.#runs.delete(id);
    this.#running.delete(id);
    // The slot goes to the best of all that are admitted.
    if (!this.#isDetached) {
      this.#parts.orders.flush();
      this.#parts.core.release(id);
      // Those that ended before it are heard of before it.
      this.#parts.inbox.drainTold();
    }
    listener.ended(id, end);
    this.#restIfIdle();
  }

  #started(listener: RunListener, id: JobId): void {
    const order = this.#leave(id);
    this.#early.delete(id);
    this.#running.add(id);
    if (order?.payload === null) this.#reviving.set(id, order);
    if (order?.reset === true) this.#parts.payloads.isReset(id);
    listener.started(id);
  }

  /** The run has made itself a payload, which the engine owns from now on. */
  #revived(listener: RunListener, id: JobId): void {
    const order = this.#reviving.get(id);
    if (order === undefined) return;
    listener.prepared(id, this.#parts.payloads.of(id, order.record.canReset), null);
  }

  #ended(listener: RunListener, message: Ended): void {
    const id = message.id as JobId;
    this.#running.delete(id);
    if (message.outcome.kind === "not-mine") {
      this.#reviving.delete(id);
      listener.ended(id, { kind: "disowned" });
      return;
    }
    const { runtimeMs } = message;
    const hadPayload = message.hasPayload || message.stopReason !== 0;
    if (hadPayload) this.#revived(listener, id);
    this.#reviving.delete(id);
    if (message.finalized) this.#parts.payloads.endedWithout(id);
    if (message.outcome.kind === "detached") {
      this.#parts.outputs.abandon(id);
      const { code, message: text } = message.outcome;
      listener.ended(id, { kind: "detached", error: { code, message: text }, runtimeMs });
      return;
    }
    if (message.outcome.kind === "continue" && message.stopReason === 0) {
      listener.ended(id, { kind: "returned" });
      return;
    }
    listener.ended(id, {
      kind: "ended",
      result: resultOf(message.outcome),
      stopped: valueOf(stopReasons, message.stopReason),
      snapshot: hadPayload ? this.#parts.payloads.snapshotOf(id, message.sample) : null,
      runtimeMs,
    });
  }
}

/** How a run ended, as the engine says it. */
export function resultOf(
  outcome: Exclude<NativeOutcome, { readonly kind: "not-mine" | "detached" }>,
): StepResult {
  if (outcome.kind !== "failure") return outcome;
  const { code, message, retryable } = outcome;
  return { kind: "failure", error: { code, message }, retryable };
}

const later = (a: RunOrder | null, b: RunOrder): RunOrder =>
  a === null || runsBefore(a, b) ? b : a;

/** The memory store keeps the state in the record alone; nobody waits for it. */
function ignore(): void {}
