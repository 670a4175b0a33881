import type { JsonObject } from "../../../../src/sdk.ts";
import { lastErrorOf } from "../destinations/last-error.ts";
import type { Held } from "../destinations/held.ts";
import type { RequestCounts } from "../queue/item.ts";
import type { Target } from "../settings/settings.ts";
import { timestamp } from "../timestamp.ts";
import type { Effort } from "./effort.ts";
import type { SendState } from "./send-job.ts";

/** What is known of a job beside what it was made from. */
export interface Known {
  /** Null: it has not looked yet. */
  readonly counts: RequestCounts | null;
  readonly held: Held | null;
  readonly effort: Effort;
}

/** What a job shows of itself, in Orthanc's names first. `target`: null if it is not configured any more. */
export function contentOf(state: SendState, target: Target | null, known: Known): JsonObject {
  const { counts, held, effort } = known;
  return {
    Description: "REST API",
    ...(target === null ? {} : partnersOf(target)),
    Destination: state.target,
    ...(state.movedFrom === undefined ? {} : { MovedFrom: state.movedFrom }),
    ParentResources: state.resources,
    Resources: effort.instances,
    Attempt: effort.attempt,
    Rate: effort.rate,
    ...(counts === null ? {} : countsOf(counts)),
    ...troubleOf(held, target),
  };
}

/** Who sends to whom, as Orthanc words it. */
export const partnersOf = (target: Target): JsonObject =>
  target.kind === "dicom"
    ? { RemoteAet: target.aet, LocalAet: target.localAet }
    : { Server: target.name };

export const countsOf = (counts: RequestCounts): JsonObject => ({
  InstancesCount: counts.pending + counts.sent + counts.failed + counts.removed,
  SentInstancesCount: counts.sent,
  WarningInstancesCount: counts.warned,
  FailedInstancesCount: counts.failed,
  PendingInstancesCount: counts.pending,
  NetworkSizeMB: String(Math.round(counts.bytes / 1_048_576)),
  ...movedOf(counts),
});

/** What another destination has instead. */
export const movedOf = ({ moved, movedTo }: RequestCounts): JsonObject =>
  moved === 0 ? {} : { MovedInstancesCount: moved, MovedTo: movedTo };

function troubleOf(held: Held | null, target: Target | null): JsonObject {
  if (held === null || held.kind === "busy") return { DestinationState: "Ready" };
  if (held.kind === "paused") return { DestinationState: "Paused" };
  if (held.kind === "closed") {
    return { DestinationState: "Closed", NextRetry: timestamp(held.until) };
  }
  return {
    DestinationState: held.why.kind === "configuration" ? "Misconfigured" : "Backoff",
    LastError: lastErrorOf(target, held.why),
    NextRetry: timestamp(held.until),
  };
}
