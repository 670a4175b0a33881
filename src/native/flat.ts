import type {
  NativeEntry,
  NativeJobInfo,
  NativeMessage,
  NativeOrders,
  NativeOutcome,
  NativeRow,
  NativeSample,
} from "./messages.ts";

/**
 * What crosses for every single job crosses as one flat list of values: an object costs the addon a
 * look-up by name for each of its properties, which is most of what a short job costs. The order of
 * the values is that of the properties in messages.ts, and of native/src/addon/flat.cc.
 */
export type FlatMessages = readonly unknown[];

/** See FlatMessages; `publish` and `admit` are flat. */
export interface FlatOrders {
  readonly publish: readonly unknown[];
  readonly finalize: readonly string[];
  readonly forget: readonly string[];
  readonly admit: readonly unknown[];
}

/** The values in their order; what is read is what the addon wrote, it is not checked. */
class Values {
  readonly #values: FlatMessages;
  #at = 0;

  constructor(values: FlatMessages) {
    this.#values = values;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#values.length;
  }

  /** Of whatever type the reader expects. */
  next(): never {
    return this.#values[this.#at++] as never;
  }
}

/** The kinds that are not objects. */
type Flat = "submitted" | "lived" | "started" | "granted" | "ended";

/** What `drain` answers, as messages, oldest first. */
export function readMessages(flat: FlatMessages): NativeMessage[] {
  const messages: NativeMessage[] = [];
  const values = new Values(flat);
  while (!values.isAtEnd) messages.push(readMessage(values));
  return messages;
}

function readMessage(values: Values): NativeMessage {
  // A name begins a message that is flat; another one is an object as it is.
  const kind = values.next() as Flat | NativeMessage;
  switch (kind) {
    case "submitted":
      return { kind, row: readRow(values), admitted: values.next() };
    case "lived":
      return {
        kind,
        row: readRow(values),
        sample: readSample(values),
        runtimeMs: values.next(),
        endedAt: values.next(),
      };
    case "started":
    case "granted":
      return { kind, id: values.next() };
    case "ended":
      return {
        kind,
        id: values.next(),
        outcome: readOutcome(values),
        stopReason: values.next(),
        sample: readSample(values),
        runtimeMs: values.next(),
        hasPayload: values.next(),
        finalized: values.next(),
      };
    default:
      return kind;
  }
}

function readRow(values: Values): NativeRow {
  return {
    id: values.next(),
    sequence: values.next(),
    type: values.next(),
    plugin: values.next(),
    priority: values.next(),
    key: values.next(),
    startAt: values.next(),
    userData: values.next(),
    createdAt: values.next(),
    maxAttempts: values.next(),
    backoffFirstMs: values.next(),
    backoffFactor: values.next(),
    backoffCapMs: values.next(),
    backoffJitter: values.next(),
    stepTimeoutMs: values.next(),
    progress: values.next(),
    content: values.next(),
    hasReset: values.next(),
    submittedState: values.next(),
    awaited: values.next(),
  };
}

function readOutcome(values: Values): NativeOutcome {
  const kind = values.next() as NativeOutcome["kind"];
  switch (kind) {
    case "failure":
      return { kind, code: values.next(), message: values.next(), retryable: values.next() };
    case "detached":
      return { kind, code: values.next(), message: values.next() };
    case "retry":
      return { kind, afterMs: values.next() };
    case "success":
    case "continue":
    case "not-mine":
      return { kind };
  }
}

function readSample(values: Values): NativeSample {
  return {
    progress: values.next(),
    content: values.next(),
    state: values.next(),
    tree: values.next(),
  };
}

/** What `apply` takes. */
export function flatOrders({ publish, finalize, forget, admit }: NativeOrders): FlatOrders {
  return { publish: publish.flatMap(flatInfo), finalize, forget, admit: admit.flatMap(flatEntry) };
}

function flatInfo(info: NativeJobInfo): readonly unknown[] {
  return [
    info.id,
    info.type,
    info.state,
    info.requested,
    info.priority,
    info.attempts,
    info.maxAttempts,
    info.progress,
    info.createdAt,
    info.changedAt,
    info.dueAt,
    info.runtimeMs,
    info.errorCode,
    info.errorMessage,
  ];
}

function flatEntry(entry: NativeEntry): readonly unknown[] {
  return [
    entry.id,
    entry.plugin,
    entry.type,
    entry.sequence,
    entry.priority,
    entry.native,
    entry.attempts,
    entry.maxAttempts,
    entry.stepTimeoutMs,
    entry.runtimeMs,
    entry.reset,
    entry.state,
    entry.submittedState,
    entry.progress,
    entry.content,
    entry.finalizeSuccess,
  ];
}
