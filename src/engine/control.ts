import { JobEngineError } from "../core/errors.ts";
import type { JobRecord } from "../core/job-record.ts";
import { isFinished, type JobEvent } from "../core/job-state.ts";
import type { JobStore } from "../ports/job-store.ts";
import type { OutsideCall } from "../ports/outside.ts";
import type { Slots } from "../ports/slots.ts";
import { readPriority } from "./arguments.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Ledger } from "./ledger.ts";
import { resubmission } from "./resubmission.ts";

export interface ControlParts {
  readonly ledger: Ledger;
  readonly dispatcher: Dispatcher;
  readonly slots: Slots;
  readonly store: JobStore;
}

/** What users do to a job. Everything is applied at once; the promises resolve at the commit. */
export class Control {
  readonly #parts: ControlParts;

  constructor(parts: ControlParts) {
    this.#parts = parts;
  }

  /** @throws {JobEngineError} WRONG_STATE, INVALID_ARGUMENT: nothing happened */
  apply(record: JobRecord, call: OutsideCall): Promise<void> {
    switch (call.kind) {
      case "cancel":
      case "pause":
        return this.#ask(record, call.kind);
      case "resume":
        if (record.state.kind === "running") this.#parts.slots.takeBack(record.id);
        return this.#happen(record, { kind: "resume" });
      case "resubmit":
        return this.#resubmit(record);
      case "delete":
        return this.#happen(record, { kind: "delete" });
      case "set-priority":
        return this.#setPriority(record, readPriority(call.priority));
    }
  }

  /** What it waits for is there; whether it has waited for its time. */
  async wake(record: JobRecord): Promise<boolean> {
    // As its time would: a pause that came before it, or comes after, counts.
    const { outcome, committed } = this.#parts.ledger.apply(record, { kind: "due" });
    await committed;
    return outcome.kind === "moved";
  }

  #ask(record: JobRecord, request: "pause" | "cancel"): Promise<void> {
    const { ledger, dispatcher, slots } = this.#parts;
    if (record.state.kind === "running") slots.request(record.id, request);
    if (record.state.kind === "pending" && dispatcher.withdraw(record, request) === "begun") {
      ledger.apply(record, { kind: "picked" });
    }
    return this.#happen(ledger.table.get(record.id) ?? record, { kind: request });
  }

  #resubmit(record: JobRecord): Promise<void> {
    const { ledger, store } = this.#parts;
    if (ledger.detached.has(record.id)) {
      throw new JobEngineError("WRONG_STATE", "its step took too long and has not returned yet");
    }
    const { patch, keepsPayload } = resubmission(record, ledger.payload(record.id) !== null);
    // Its last stop may have changed it, and what it says after that is not what it starts from.
    if (keepsPayload) ledger.doubt(record.id);
    else void ledger.release(record.id);
    ledger.leaveHistory(record.id);
    return this.#happen(record, { kind: "resubmit" }, { ...patch, sequence: store.nextSequence() });
  }

  #setPriority(record: JobRecord, priority: number): Promise<void> {
    const { ledger, dispatcher } = this.#parts;
    const { kind } = record.state;
    if (isFinished(record.state)) {
      throw new JobEngineError("WRONG_STATE", `a ${kind} job has no use for a priority`);
    }
    const stood = kind === "pending" ? dispatcher.withdraw(record, "recall") : "begun";
    // From now on its run may write its state itself, so it must count as running.
    if (kind === "pending" && stood === "begun") ledger.apply(record, { kind: "picked" });
    const committed = ledger.change(record.id, { priority });
    if (stood === "removed") dispatcher.enqueue({ ...record, priority });
    return committed;
  }

  #happen(record: JobRecord, event: JobEvent, patch?: Partial<JobRecord>): Promise<void> {
    const { outcome, committed } = this.#parts.ledger.apply(record, event, patch);
    if (outcome.kind === "refused") throw new JobEngineError("WRONG_STATE", outcome.reason);
    return committed;
  }
}
