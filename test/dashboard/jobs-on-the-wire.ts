import type { JobObject } from "../../src/http/orthanc.ts";

/** A job as the host sends it; what a test does not care about has a plain value. */
export function wireJob(changes: Partial<JobObject> = {}): JobObject {
  return {
    Attempts: 0,
    Content: {},
    CreationTime: "20261122T110000.000000",
    EffectiveRuntime: 0,
    ErrorCode: 0,
    ErrorDescription: "Success",
    ErrorDetails: "",
    ID: "9ce5e95f-3dda-4d08-9439-538eb0c36bf0",
    Priority: 0,
    Progress: 0,
    State: "Pending",
    Timestamp: "20261122T110100.000000",
    Type: "Lab",
    ...changes,
  };
}

export const noTotals = { Pending: 0, Running: 0, Paused: 0, Retry: 0, Success: 0, Failure: 0 };
