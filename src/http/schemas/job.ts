import { Type, type TInteger, type TProperties, type TSchema } from "typebox";
import type { JsonObject, JsonValue } from "../../ports/job.ts";
import { stateNames, type JobObject, type LogObject, type StateName } from "../orthanc.ts";
import { schemaOf } from "./checked.ts";

/** `YYYYMMDDTHHMMSS.ffffff`, as Orthanc writes it. */
const time = (description: string) =>
  Type.String({
    description: `${description} UTC, \`YYYYMMDDTHHMMSS.ffffff\`.`,
    pattern: String.raw`^\d{8}T\d{6}\.\d{6}$`,
    examples: ["20261121T202857.691000"],
  });

const anyJson = (description: string) => Type.Unsafe<JsonValue>({ description });
const onlyTrue = (description: string) => Type.Literal(true, { description });
const states = Object.values(stateNames) satisfies readonly StateName[];

/** The six states. */
export const stateSchema: TSchema = Type.Enum(states);

/** Of a job: a higher one runs first. */
export const prioritySchema: TInteger = Type.Integer({
  minimum: -(2 ** 31),
  maximum: 2 ** 31 - 1,
  description: "A higher one runs first.",
});

/** A job's id. */
export const idSchema: TSchema = Type.String({
  pattern: "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
  examples: ["9ce5e95f-3dda-4d08-9439-538eb0c36bf0"],
});

const errorMembers = {
  Code: Type.String({ description: "Stable: ours, or the plugin's own." }),
  Description: Type.Optional(
    Type.String({ description: "What the plugin says of this code in general." }),
  ),
  Details: Type.Optional(anyJson("What the plugin says of this failure, for programs.")),
  Message: Type.String({ description: "What the job said of its failure." }),
  Attempt: Type.Integer({ minimum: 1, description: "Which attempt ended so; 1 is the first." }),
};

/** Why a job failed, in full. */
export const errorFields: TProperties = errorMembers;

const error = Type.Object(errorMembers, {
  description: "Ours: the failure in full; also while a job that failed is tried again.",
});

const failure = Type.Object({
  Attempt: Type.Integer({ minimum: 1 }),
  Code: Type.String(),
  Message: Type.String({ description: "At most 500 characters." }),
  Time: time("When it failed."),
});

const output = Type.Object({
  Key: Type.String(),
  Mime: Type.String({ description: "Its media type." }),
  Size: Type.Integer({ minimum: 0, description: "In bytes." }),
});

/** A job, as everybody sees it: REST, events, webhooks. */
export const jobSchema: TSchema = schemaOf<JobObject>()(
  Type.Object(
    {
      Attempts: Type.Integer({
        minimum: 0,
        description: "Ours: retryable failures since the last (re)submit.",
      }),
      BatonError: Type.Optional(error),
      CompletionTime: Type.Optional(time("When it finished; only then.")),
      Content: Type.Unsafe<JsonObject>({
        type: "object",
        description: "What the job shows of itself.",
      }),
      CreationTime: time("When it was submitted."),
      Detached: Type.Optional(
        onlyTrue("Ours: its step took too long and has not returned; until then no resubmit."),
      ),
      DueTime: Type.Optional(time("Ours: when a job in `Retry` steps again.")),
      EffectiveRuntime: Type.Number({ minimum: 0, description: "Seconds spent in steps." }),
      ErrorCode: Type.Integer({
        description: "A number of Orthanc's enumeration; 0: it has not failed.",
      }),
      ErrorDescription: Type.String({ description: "Orthanc's words for the number." }),
      ErrorDetails: Type.String({ description: "What the job said of its failure, else empty." }),
      EstimatedTimeOfArrival: Type.Optional(
        time(
          "When it would finish at the rate of its last 15 s or so; of a running job above 1 %.",
        ),
      ),
      Failures: Type.Optional(
        Type.Array(failure, {
          description: "Ours: how its attempts since the last (re)submit failed; the last 20.",
        }),
      ),
      ID: Type.Unsafe<string>(idSchema),
      Key: Type.Optional(
        Type.String({ description: "Ours: jobs of one key share a limit of how many run." }),
      ),
      Outputs: Type.Optional(
        Type.Array(output, { description: "Ours: what can be read at `/jobs/{id}/{Key}`." }),
      ),
      Priority: prioritySchema,
      Progress: Type.Integer({ minimum: 0, maximum: 100 }),
      Requested: Type.Optional(
        Type.Union([Type.Literal("pause"), Type.Literal("cancel")], {
          description: "Ours: asked of a running job and not honoured yet.",
        }),
      ),
      StartAfter: Type.Optional(time("Ours: it does not start before.")),
      State: Type.Unsafe<StateName>(stateSchema),
      Timestamp: time("When this answer was made."),
      Type: Type.String(),
      UserData: Type.Optional(anyJson("What its submitter gave along.")),
      WaitsForType: Type.Optional(onlyTrue("Ours: no loaded plugin knows its type.")),
    },
    { $id: "Job" },
  ),
);

/** A line of a job's log. */
export const logSchema: TSchema = schemaOf<LogObject>()(
  Type.Object(
    {
      Data: Type.Optional(anyJson("What was logged beside the text.")),
      Level: Type.Union([
        Type.Literal("error"),
        Type.Literal("warning"),
        Type.Literal("info"),
        Type.Literal("debug"),
      ]),
      Number: Type.Integer({
        minimum: 1,
        description: "Counts the job's lines; a gap before the first: older ones are gone.",
      }),
      Text: Type.String(),
      Time: time("When it was logged."),
    },
    { $id: "LogLine" },
  ),
);
