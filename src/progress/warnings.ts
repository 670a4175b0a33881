/** What is no error, because no work may break for it, but what somebody did not mean. */
export const warningCodes = [
  "CHILD_ADDED_LATE",
  "TOTAL_CHANGED",
  "DONE_LOWERED",
  "NOT_A_NUMBER",
  "REPORTED_AFTER_END",
  "LISTENER_THREW",
  "OBSERVER_LOST",
] as const;

export type WarningCode = (typeof warningCodes)[number];

export interface ProgressWarning {
  readonly code: WarningCode;
  /** The name of the Task, Observer or Aggregator it is about. */
  readonly name: string;
  /** For people; names it, too. */
  readonly message: string;
  /** What a listener threw; otherwise undefined. */
  readonly cause?: unknown;
}

/** Where warnings go. What it throws itself is dropped: there is nobody left to tell. */
export type WarningSink = (warning: ProgressWarning) => void;

/** Tells of each misuse of one node once: it may happen in a loop. */
export class Warnings {
  readonly #name: string;
  readonly #sink: WarningSink;
  #told: Set<WarningCode> | null = null;

  constructor(name: string, sink: WarningSink) {
    this.#name = name;
    this.#sink = sink;
  }

  once(code: WarningCode, text: string): void {
    this.relay(code, `"${this.#name}" ${text}`);
  }

  /** What the other half of the node, on a thread, warns of; once, here or there. */
  relay(code: WarningCode, message: string): void {
    if (this.#told?.has(code) === true) return;
    this.#told ??= new Set();
    this.#told.add(code);
    this.#send(code, message);
  }

  tell(code: WarningCode, text: string, cause: unknown): void {
    this.#send(code, `"${this.#name}" ${text}`, cause);
  }

  #send(code: WarningCode, message: string, cause?: unknown): void {
    const name = this.#name;
    try {
      this.#sink({ code, name, message, cause });
    } catch {
      // Whatever a sink does, the work goes on.
    }
  }
}
