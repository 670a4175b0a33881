import type { JobId } from "../../core/job-id.ts";
import { stopReasons } from "../../core/job-state.ts";
import type { RunRequest } from "../../core/stop-reason.ts";
import type { FarRun } from "../../adapters/isolation/protocol/calls.ts";
import type { NativeInbox } from "../../adapters/native/inbox.ts";
import { levelOf, statuses, statusOf, valueOf } from "../../adapters/native/numbers.ts";
import type { NativeOrderBook } from "../../adapters/native/order-book.ts";
import { treeOf } from "../../adapters/native/native-tree.ts";
import type { NativePayloads } from "../../adapters/native/payloads.ts";
import { resultOf } from "../../adapters/native/slots.ts";
import { systemClock } from "../../adapters/system-clock.ts";
import type { NativeCore, NativeStore } from "../../native/binding.ts";
import type { NativeMessage, NativeSample, NativeStoreRequest } from "../../native/messages.ts";
import type { Timer } from "../../ports/clock.ts";
import type { RunEnd } from "../../ports/runner.ts";
import { LineWindow } from "../line-window.ts";
import type { HostLink } from "./host-link.ts";
import type { HeldJob, HeldJobs } from "./held-jobs.ts";

type Ended = Extract<NativeMessage, { readonly kind: "ended" }>;
type Checkpoint = Extract<NativeStoreRequest, { readonly kind: "checkpoint" }>;
type Asked = Exclude<RunRequest, "nothing" | "closing">;

interface Active {
  readonly order: FarRun;
  readonly job: HeldJob;
  /** The core has it. */
  isAdmitted: boolean;
  /** What was asked of it before. */
  readonly early: Set<Asked>;
  /** Its next checkpoint is what the reset has left. */
  isResetDue: boolean;
  readonly end: (end: RunEnd) => void;
}

export interface FarRunsParts {
  readonly plugin: string;
  readonly core: NativeCore;
  readonly orders: NativeOrderBook;
  readonly payloads: NativePayloads;
  readonly store: NativeStore;
  readonly jobs: HeldJobs;
  readonly link: HostLink;
  /** Takes what the native threads have put into the store's queue. */
  readonly catchUp: () => void;
}

/** How often the host hears that a side with runs is alive; milliseconds. */
const heartbeatMs = 1_000;

/** The runs that the host has begun here: the core does them, and what it tells of them goes there. */
export class FarRuns {
  readonly #parts: FarRunsParts;
  readonly #byNumber = new Map<number, Active>();
  readonly #byId = new Map<string, Active>();
  readonly #lines: LineWindow;
  #heart: Timer | null = null;
  #isClosing = false;

  constructor(parts: FarRunsParts) {
    this.#parts = parts;
    const { link } = parts;
    this.#lines = new LineWindow({
      heard: () => link.ask("alive", null),
      say: (text) => link.tell("log", { level: "warning", text }),
    });
  }

  open(inbox: NativeInbox): void {
    const { link } = this.#parts;
    inbox.hear({
      sampled: ({ id, sample, runtimeMs }) =>
        this.#with(id, ({ order: { run }, job }) => {
          const { progress, content } = this.#seen(job, sample);
          link.tell("sampled", { run, sample: { progress, content, runtimeMs } });
          this.#tellTree(run, sample);
        }),
      ended: (message) => this.#with(message.id, (active) => this.#ended(active, message)),
      // Its process may not outlive what it does next: the host must know by then.
      "run-begins": ({ ticket, id }) => {
        this.#with(id, ({ order: { run } }) => link.tell("started", { run }));
        this.#parts.core.answer(ticket, 0, null);
      },
    });
  }

  /** The number of the job's run; null: it does not run. */
  numberOf(id: string): number | null {
    return this.#byId.get(id)?.order.run ?? null;
  }

  /** Resolves with how it ended. */
  async run(order: FarRun): Promise<RunEnd> {
    const { jobs } = this.#parts;
    const job = jobs.get(order.payload);
    const { promise, resolve } = Promise.withResolvers<RunEnd>();
    const active: Active = {
      order,
      job,
      isAdmitted: false,
      early: new Set(),
      isResetDue: order.reset,
      end: resolve,
    };
    this.#byNumber.set(order.run, active);
    this.#heart ??= systemClock.every(heartbeatMs, () => this.#parts.link.tell("alive", null));
    await job.known;
    jobs.identify(job, order.id);
    job.content = order.record.content;
    this.#byId.set(order.id, active);
    this.#admit(active);
    return promise;
  }

  request(run: number, request: Asked | "closing"): void {
    if (request === "closing") return this.#close();
    const active = this.#byNumber.get(run);
    if (active?.isAdmitted === true) this.#parts.core.request(active.order.id, request);
    else active?.early.add(request);
  }

  takeBack(run: number): void {
    const active = this.#byNumber.get(run);
    if (active?.isAdmitted === true) this.#parts.core.takeBack(active.order.id);
    else active?.early.delete("pause");
  }

  /** Asks a part of the progress of the job with this payload to stop. */
  cancelBranch(payload: number, node: string): void {
    const { id } = this.#parts.jobs.get(payload);
    if (id !== null) this.#parts.payloads.cancelPart(id, node);
  }

  /** Resolves when the host has committed it, or would not. */
  async checkpoint({ ticket, id, state, ...seen }: Checkpoint): Promise<void> {
    const { link, store } = this.#parts;
    const active = this.#byId.get(id);
    if (active === undefined) return store.refused(ticket, statuses.indexOf("WRONG_STATE"));
    const { job } = active;
    const { run } = active.order;
    const { progress, content } = this.#seen(job, seen);
    try {
      if (active.isResetDue) {
        // What it says is one thing with what it ends: that a reset is due.
        active.isResetDue = false;
        link.tell("prepared", { run, snapshot: { progress, content, state } });
      }
      const sample = { progress, content, runtimeMs: seen.runtimeMs };
      await link.ask("checkpoint", { run, sample, state });
      store.committed(ticket);
    } catch (error) {
      store.refused(ticket, statusOf(error));
    }
  }

  /** A line of a job that runs, or of the plugin. */
  logged(id: string, number: number, text: string): void {
    const { link } = this.#parts;
    const run = this.numberOf(id);
    const level = levelOf(number);
    this.#lines.pass(text.length, () => {
      if (run === null) link.tell("log", { level, text });
      else link.tell("logged", { run, level, text, data: undefined });
    });
  }

  /** The host closes: all runs are told, and whoever waits for it is answered. */
  #close(): void {
    this.#isClosing = true;
    this.#parts.orders.flush();
    this.#parts.core.beginClose();
  }

  #admit(active: Active): void {
    if (this.#isClosing) return this.#over(active, { kind: "returned" });
    const { core, orders, plugin } = this.#parts;
    const { id, record, reset, attemptsLeft } = active.order;
    orders.admit({
      id,
      plugin,
      type: active.job.type,
      sequence: record.sequence,
      priority: record.priority,
      native: true,
      // What matters is how many are left.
      attempts: 0,
      maxAttempts: attemptsLeft + 1,
      stepTimeoutMs: record.stepTimeoutMs,
      runtimeMs: 0,
      reset,
      state: active.job.state,
      submittedState: record.submittedState,
      progress: record.progress,
      content: record.content,
      finalizeSuccess: false,
    });
    orders.flush();
    active.isAdmitted = true;
    for (const request of active.early) core.request(id, request);
  }

  #ended(active: Active, message: Ended): void {
    // Its checkpoints come before its end.
    this.#parts.catchUp();
    this.#tellTree(active.order.run, message.sample);
    this.#over(active, this.#endOf(active.job, active.order.id, message));
  }

  #over(active: Active, end: RunEnd): void {
    this.#byId.delete(active.order.id);
    this.#byNumber.delete(active.order.run);
    if (this.#byNumber.size === 0) this.#heart?.cancel();
    if (this.#byNumber.size === 0) this.#heart = null;
    active.end(end);
  }

  #endOf(job: HeldJob, id: JobId, message: Ended): RunEnd {
    const { outcome, stopReason, sample, runtimeMs } = message;
    if (outcome.kind === "not-mine") return { kind: "disowned" };
    if (outcome.kind === "detached") {
      const { code, message: text } = outcome;
      // The host ends this process.
      return { kind: "detached", error: { code, message: text }, runtimeMs };
    }
    if (outcome.kind === "continue" && stopReason === 0) return { kind: "returned" };
    const { content } = this.#seen(job, sample);
    const hadPayload = message.hasPayload || stopReason !== 0;
    return {
      kind: "ended",
      result: resultOf(outcome),
      stopped: valueOf(stopReasons, stopReason),
      snapshot: hadPayload ? { ...this.#parts.payloads.snapshotOf(id, sample), content } : null,
      runtimeMs,
    };
  }

  #tellTree(run: number, { tree }: Pick<NativeSample, "tree">): void {
    if (tree !== null) this.#parts.link.tell("tree", { run, tree: treeOf(tree) });
  }

  /** What a job shows now; no content: what it showed before. */
  #seen(
    job: HeldJob,
    sample: Pick<NativeSample, "progress" | "content">,
  ): {
    readonly progress: number;
    readonly content: string;
  } {
    job.content = sample.content ?? job.content;
    return { progress: sample.progress, content: job.content };
  }

  #with(id: string, act: (active: Active) => void): void {
    const active = this.#byId.get(id);
    if (active !== undefined) act(active);
  }
}
