import type { JobId } from "../../core/job-id.ts";
import { newJobState, noOutputs, type JobRecord } from "../../core/job-record.ts";
import { stopReasons } from "../../core/job-state.ts";
import type { JobInfo } from "../../ports/job.ts";
import type { ToldJob } from "../isolation/protocol/calls.ts";
import type { Outside, OutsideCall } from "../../ports/outside.ts";
import type { NativeAnswer, NativeCore } from "../../native/binding.ts";
import type {
  NativeCallKind,
  NativeJobInfo,
  NativeMessage,
  NativeRow,
} from "../../native/messages.ts";
import type { NativeInbox } from "./inbox.ts";
import { levelOf, numberOf, states, statusOf, statuses } from "./numbers.ts";
import type { NativeOrderBook } from "./order-book.ts";
import type { NativePayloads } from "./payloads.ts";
import { retryOf, startAtOf } from "./submit-options.ts";

type Called = Extract<NativeMessage, { readonly kind: "called" }>;

type Lived = Extract<NativeMessage, { readonly kind: "lived" }>;

const ok = statuses.indexOf("OK");
const wrongThread = statuses.indexOf("WRONG_THREAD");

export interface NativeDeskParts {
  readonly core: NativeCore;
  readonly engine: Outside;
  readonly orders: NativeOrderBook;
  readonly payloads: NativePayloads;
  /** Called before a job enters that the engine has to admit. */
  readonly entering: () => void;
}

/** Where native plugins are served: their submits and calls become the engine's. */
export class NativeDesk {
  readonly #core: NativeCore;
  readonly #engine: Outside;
  readonly #orders: NativeOrderBook;
  readonly #payloads: NativePayloads;
  readonly #entering: () => void;
  #isClosed = false;
  readonly #waiting = new Map<number, AbortController>();

  constructor({ core, engine, orders, payloads, entering }: NativeDeskParts) {
    this.#entering = entering;
    this.#core = core;
    this.#engine = engine;
    this.#orders = orders;
    this.#payloads = payloads;
  }

  /** Begins to hear what the inbox has for the desk. */
  open(inbox: NativeInbox): void {
    inbox.hear({
      submitted: ({ row, admitted }) => this.#submitted(row, admitted),
      lived: (life) => this.#engine.lived(toLife(life)),
      called: (called) => void this.#serve(called),
      "call-dropped": ({ ticket }) => this.#waiting.get(ticket)?.abort(),
      "type-registered": ({ plugin, type }) => this.#engine.typeRegistered(plugin, type),
      logged: ({ plugin, id, level, text }) =>
        this.#engine.log(plugin, levelOf(level), text, id === "" ? undefined : id),
    });
  }

  /** A call on the loop thread: answered when it is applied. Never throws. */
  callInPlace(kind: NativeCallKind, id: string, priority: number): NativeAnswer {
    if (kind === "wait") return { status: wrongThread, info: null };
    try {
      if (kind === "info") return { status: ok, info: toNative(this.#engine.jobInfo(id)) };
      // Persistence complains of a write that was refused, and tries again.
      this.#engine.call(id, readCall(kind, priority)).catch(() => undefined);
      return { status: ok, info: null };
    } catch (error) {
      return { status: statusOf(error), info: null };
    } finally {
      this.#orders.flush();
    }
  }

  async #serve({ ticket, call, id, priority }: Called): Promise<void> {
    const [status, info] = await this.#answer(ticket, call, id, priority).then(
      (answer) => [ok, answer] as const,
      (error: unknown) => [statusOf(error), null] as const,
    );
    // A host that has closed meanwhile has answered everybody.
    if (this.#isClosed) return;
    this.#orders.flush();
    this.#core.answer(ticket, status, info);
  }

  /** The core is about to be destroyed. */
  close(): void {
    this.#isClosed = true;
  }

  async #answer(
    ticket: number,
    kind: NativeCallKind,
    id: string,
    priority: number,
  ): Promise<NativeJobInfo | null> {
    if (kind === "info") return toNative(this.#engine.jobInfo(id));
    if (kind === "wait") return toNative(await this.#wait(ticket, id));
    await this.#engine.call(id, readCall(kind, priority));
    return null;
  }

  async #wait(ticket: number, id: string): Promise<JobInfo> {
    const controller = new AbortController();
    this.#waiting.set(ticket, controller);
    try {
      return await this.#engine.waitJob(id, { signal: controller.signal });
    } finally {
      this.#waiting.delete(ticket);
    }
  }

  #submitted(row: NativeRow, admitted: boolean): void {
    const record = toRecord(row);
    if (!admitted) this.#entering();
    this.#engine.submitted(record, this.#payloads.of(record.id, record.canReset), {
      admitted,
      awaited: row.awaited,
    });
  }
}

/** The record of a job of which the engine hears when it has succeeded. */
function toLife({ row, sample, runtimeMs, endedAt }: Lived): JobRecord {
  const record = toRecord(row);
  const { currentState, createdAt } = record;
  return {
    ...record,
    state: { kind: "succeeded" },
    changedAt: Math.max(endedAt, createdAt),
    runtimeMs,
    progress: 1,
    content: sample.content ?? record.content,
    currentState: currentState === null ? null : (sample.state ?? currentState),
  };
}

function readCall(kind: Exclude<NativeCallKind, "info" | "wait">, priority: number): OutsideCall {
  return kind === "set-priority" ? { kind, priority } : { kind };
}

/** The record of a job as the native core submitted it. */
export function toRecord(row: NativeRow): JobRecord {
  return {
    id: row.id as JobId,
    type: row.type,
    plugin: row.plugin,
    priority: row.priority,
    key: row.key,
    startAt: startAtOf(row),
    userData: row.userData,
    sequence: row.sequence,
    state: newJobState,
    createdAt: row.createdAt,
    changedAt: row.createdAt,
    attempts: 0,
    lastError: null,
    retry: retryOf(row),
    stepTimeoutMs: row.stepTimeoutMs,
    runtimeMs: 0,
    progress: row.progress,
    content: row.content ?? "{}",
    outputs: noOutputs,
    canReset: row.hasReset,
    resetDue: false,
    submittedState: row.submittedState,
    currentState: row.submittedState,
  };
}

/** What native plugins are told of a job. */
export function toNative(job: ToldJob): NativeJobInfo {
  const error = job.error ?? job.lastError;
  const requested = { nothing: 0, pause: "paused", cancel: "canceled" } as const;
  const asked = requested[job.requested];
  return {
    id: job.id,
    type: job.type,
    state: numberOf(states, job.state),
    requested: asked === 0 ? 0 : numberOf(stopReasons, asked),
    priority: job.priority,
    attempts: job.attempts,
    maxAttempts: job.maxAttempts,
    progress: job.progress,
    createdAt: job.createdAt,
    changedAt: job.changedAt,
    dueAt: job.dueAt ?? 0,
    runtimeMs: job.runtimeMs,
    errorCode: error?.code ?? "",
    errorMessage: error?.message ?? "",
  };
}
