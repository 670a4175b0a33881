import { Type, type TProperties, type TSchema } from "typebox";
import { errorCodes } from "../../core/errors.ts";
import type { Answered } from "./answered.ts";

/** What Orthanc says of an error. */
export const orthancErrorFields: TProperties = {
  Details: Type.String({
    description: "For people: what happened, with which value, what to do.",
  }),
  HttpError: Type.String(),
  HttpStatus: Type.Integer({ minimum: 400, maximum: 599 }),
  Message: Type.String({ description: "Orthanc's words for its number." }),
  Method: Type.String(),
  OrthancError: Type.String({ description: "Orthanc's words for its number." }),
  OrthancStatus: Type.Integer({ description: "A number of Orthanc's enumeration of errors." }),
  Uri: Type.String({ description: "The path, without the query." }),
};

/** The body of every refusal: Orthanc's, with our code. */
export const refusalSchema: TSchema = Type.Object(
  {
    BatonError: Type.Object(
      {
        Code: Type.Enum(Object.keys(errorCodes), {
          description: "Stable; branch on it, or on the status.",
        }),
        Message: Type.String({ description: "What the code means." }),
      },
      { description: "Ours." },
    ),
    ...orthancErrorFields,
  },
  { $id: "Refusal" },
);

/** Refusals of an operation, by status: when each happens. */
export function refusals(
  when: Readonly<Record<number, string>>,
): Readonly<Record<number, Answered>> {
  return Object.fromEntries(
    Object.entries(when).map(([status, description]) => [status, refusalFor(description)]),
  );
}

const refusalFor = (description: string): Answered => ({
  description,
  content: { "application/json": refusalSchema },
});

/** What any path answers, whatever its operation says. */
export const alwaysRefused: Readonly<Record<number, Answered>> = refusals({
  400: "The path is not percent-encoded, or the request is none.",
  403: "A page of another site may have made the request, or the host was asked for by a name that is not its own.",
  408: "The request did not arrive in time.",
  413: "The body is larger than allowed.",
  415: "The Content-Type is no media type.",
  429: "Too many requests, or too many wrong passwords; `Retry-After` says when to try again.",
  431: "The path and headers are too long.",
  500: "The host failed; its log says why.",
  503: "The host is closing, or its store cannot write. Nothing was done: try again.",
});

/** What any path answers that not everybody may ask for. */
export const refusedAtTheDoor: Readonly<Record<number, Answered>> = refusals({
  401: "Nobody is known by this name and password, or this token.",
  403: "Whoever asks lacks the scope; or as on every path, the request may be of another site.",
});
