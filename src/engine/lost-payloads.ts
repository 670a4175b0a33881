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
  parts.types.removeOf(plugin);
  for (const record of parts.ledger.table.records()) {
    if (record.plugin === plugin) letGo(record, parts);
  }
}

function letGo(record: JobRecord, { ledger, dispatcher }: LostParts): void {
  const isLost = ledger.payload(record.id)?.isLost === true;
  if (isLost) void ledger.release(record.id);
  const { kind } = record.state;
  const isPending = kind === "pending";
  // A run that has begun tells its end itself, also if the engine has not heard of it yet.
  const isHeld = isPending
    ? dispatcher.withdraw(record, "recall") === "removed"
    : kind === "paused" || kind === "retrying";
  if (!isHeld) return;
  if (isLost && record.currentState === null) {
    ledger.apply(record, { kind: "lost", error: lost }).committed.catch(ignore);
  } else if (isPending) {
    dispatcher.enqueue(record);
  }
}

/** A change of its own accord has nobody to answer: persistence complains and tries again. */
function ignore(): void {}
