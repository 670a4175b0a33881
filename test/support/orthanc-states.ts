/** What the engine calls the states that Orthanc's interface names. */
export const stateBehind = {
  Pending: "pending",
  Running: "running",
  Paused: "paused",
  Retry: "retrying",
  Success: "succeeded",
  Failure: "failed",
} as const;
