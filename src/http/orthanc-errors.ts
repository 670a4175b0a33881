import { orthancErrorCode } from "../core/errors.ts";

/** The members of Orthanc's enumeration that we use, with its words for each. */
const descriptions = {
  [-1]: "Internal error",
  0: "Success",
  1: "Error encountered within the plugin engine",
  2: "Not implemented yet",
  3: "Parameter out of range",
  6: "Bad sequence of calls",
  7: "Accessing an inexistent item",
  8: "Bad request",
  12: "Badly formatted URI",
  15: "Bad file format",
  16: "Timeout",
  17: "Unknown resource",
  25: "Error while using a shared library (plugin)",
  28: "Cannot parse a JSON document",
  29: "Bad credentials were provided to an HTTP request",
  36: "The database is currently not available (probably a transient situation)",
  37: "This job was canceled",
  45: "Access to a resource is forbidden",
  46: "Duplicate resource",
  3000: "Unsupported media type",
} as const;

/** A number of Orthanc's enumeration of errors. Its clients know no others. */
export type OrthancError = keyof typeof descriptions;

/** Orthanc's words for one of its numbers. */
export function describeError(error: OrthancError): string {
  return descriptions[error];
}

/** The HTTP statuses of Orthanc's numbers, where a job can fail with them; of all others it is 500. */
const statuses: Readonly<Partial<Record<OrthancError, number>>> = {
  3: 400,
  7: 404,
  8: 400,
  28: 400,
  36: 503,
};

/** The HTTP status of a request that has failed because its job has. */
export function statusOfFailure(error: OrthancError): number {
  return statuses[error] ?? 500;
}

/** The number under which Orthanc's clients see the failure of a job. */
export function numberOfFailure(code: string): OrthancError {
  const number = orthancErrorCode(code);
  return Object.hasOwn(descriptions, number) ? (number as OrthancError) : 1;
}
