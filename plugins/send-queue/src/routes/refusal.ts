import type { JsonObject, RouteRequest, RouteResponse } from "../../../../src/sdk.ts";

/** Why a request is refused: HTTP's status, the number of Orthanc's enumeration, and the words. */
export interface Why {
  readonly status: number;
  readonly orthanc: number;
  readonly message: string;
  readonly details: string;
}

/** A refusal as Orthanc words it; `more` stands beside. */
export function refuse(
  request: Pick<RouteRequest, "method" | "path">,
  why: Why,
  more: JsonObject = {},
): RouteResponse {
  return {
    status: why.status,
    body: {
      Details: why.details,
      HttpError: reasons[why.status] ?? "Error",
      HttpStatus: why.status,
      Message: why.message,
      Method: request.method,
      OrthancError: why.message,
      OrthancStatus: why.orthanc,
      Uri: request.path,
      ...more,
    },
  };
}

const reasons: Readonly<Record<number, string>> = {
  400: "Bad Request",
  404: "Not Found",
  409: "Conflict",
  500: "Internal Server Error",
  503: "Service Unavailable",
  507: "Insufficient Storage",
};

export const badRequest = (details: string): Why => ({
  status: 400,
  orthanc: 8,
  message: "Bad request",
  details,
});

/** It cannot be done as things are. */
export const conflict = (details: string): Why => ({
  status: 409,
  orthanc: 6,
  message: "Bad sequence of calls",
  details,
});

/** What was to be a DICOM file is none. */
export const badFile = (details: string): Why => ({
  status: 400,
  orthanc: 15,
  message: "Bad file format",
  details,
});

export const unknownResource = (details: string): Why => ({
  status: 404,
  orthanc: 17,
  message: "Unknown resource",
  details,
});

export const networkProtocol = (details: string): Why => ({
  status: 500,
  orthanc: 9,
  message: "Error in the network protocol",
  details,
});

export const fullStorage = (details: string): Why => ({
  status: 507,
  orthanc: 30,
  message: "Full storage",
  details,
});
