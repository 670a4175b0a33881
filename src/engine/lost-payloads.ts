import type { JobRecord } from "../core/job-record.ts";
import type { JobFailure } from "../core/job-state.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { JobTypes } from "./job-types.ts";
import type { Ledger } from "./ledger.ts";

export interface LostParts {
  readonly ledger: Ledger;
  readonly types: JobTypes;
  readonly dispatcher: Dispatcher;
}

/** How a waiting job fails that had nothing but its payload. */
const lost: JobFailure = {
  code: "PLUGIN_CRASHED",
  message: "Its plugin's thread or process has ended, and this job could not be saved",
};

/**
 * The thread or process of a plugin is gone, and its payloads with it. Jobs that were saved wait until
 * their type is registered again, and cost no slot meanwhile; those that wait and were not fail. The
 * runs tell their own ends.
 */
export function letGoOfLost(plugin: string, parts: LostParts): void {
  const { ledger, types, dispatcher } = parts;
  types.removeOf(plugin);
  const held: { readonly record: JobRecord; readonly isLost: boolean }[] = [];
  // All are withdrawn before anything happens to one: the place of one must not go to another.
  for (const record of ledger.table.records()) {
    if (record.plugin !== plugin) continue;
    const payload = ledger.payload(record.id);
    // Without a payload and without a state there is nothing left either.
    const isLost = payload === null ? record.currentState === null : payload.isLost === true;
    if (isLost) void ledger.release(record.id);
    if (isHeld(record, parts)) held.push({ record, isLost });
  }
  for (const { record, isLost } of held) {
    if (isLost && record.currentState === null) {
      ledger.apply(record, { kind: "lost", error: lost }).committed.catch(ignore);
    } else if (record.state.kind === "pending") {
      dispatcher.enqueue(record);
    }
  }
}

/** Whether it waits; a pending one stands nowhere then. A run that has begun tells its end itself. */
function isHeld(record: JobRecord, { dispatcher }: LostParts): boolean {
  switch (record.state.kind) {
    case "pending":
      return dispatcher.withdraw(record, "recall") === "removed";
    case "paused":
    case "retrying":
      return true;
    case "running":
    case "succeeded":
    case "failed":
      return false;
  }
}

/** A change of its own accord has nobody to answer: persistence complains and tries again. */
function ignore(): void {}
