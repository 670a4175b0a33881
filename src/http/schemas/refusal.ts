import { Type, type TSchema } from "typebox";
import { errorCodes } from "../../core/errors.ts";
import type { Answered } from "./answered.ts";

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
