import type { JsonObject } from "../../../../src/sdk.ts";
import { timestamp } from "../timestamp.ts";
import type { Item, ListedItem } from "./item.ts";

/** An item as REST shows it. UIDs and hashes only: nobody's name. */
export const shownItem = (item: ListedItem): JsonObject => ({
  ID: item.id,
  Request: item.request,
  ...(item.job === null ? {} : { Job: item.job }),
  Destination: item.destination,
  State: stateNames[item.state],
  SOPClassUID: item.instance.sopClass,
  SOPInstanceUID: item.instance.sopInstance,
  TransferSyntaxUID: item.instance.transferSyntax,
  Size: item.instance.size,
  Instance: item.instance.resources.instance,
  Study: item.instance.resources.study,
  Attempts: item.attempts,
  DueTime: timestamp(item.dueAt),
  ...commitmentOf(item),
  ...(item.cameFrom === null ? {} : { CameFrom: item.cameFrom }),
  ...(item.warning === null ? {} : { Warning: item.warning }),
  ...(item.lastFailure === null
    ? {}
    : { ErrorCode: item.lastFailure.code, ErrorDetails: item.lastFailure.sentence }),
  EnteredTime: timestamp(item.enteredAt),
  ChangedTime: timestamp(item.changedAt),
});

/** Nobody is asked for what was not sent. */
const commitmentOf = ({ commitment }: Item): JsonObject =>
  commitment === "none" || commitment === "ordered"
    ? {}
    : { Commitment: commitmentNames[commitment] };

const commitmentNames = {
  wanted: "Wanted",
  asked: "Asked",
  committed: "Committed",
} as const;

const stateNames = {
  pending: "Pending",
  sent: "Sent",
  failed: "Failed",
  removed: "Removed",
} as const satisfies Record<Item["state"], string>;
