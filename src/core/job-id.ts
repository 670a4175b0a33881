declare const brand: unique symbol;

/** A job's identity: a lower-case UUID of 36 characters, as in Orthanc. */
export type JobId = string & { readonly [brand]: "JobId" };

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Reads a job id; null if `text` cannot be one. The only way from a string to a JobId. */
export function parseJobId(text: string): JobId | null {
  return uuid.test(text) ? (text as JobId) : null;
}
