import { Type, type Static } from "typebox";
import type { JsonObject, JsonValue, SubmitOptions } from "../../ports/job.ts";
import type { JobWish } from "../../ports/jobs.ts";
import { endpoint } from "../endpoint.ts";
import type { Endpoint } from "../operation.ts";
import type { FastifyReply, FastifyRequest } from "fastify";
import { json, type Answered } from "../schemas/answered.ts";
import { idSchema, prioritySchema } from "../schemas/job.ts";
import { refusals } from "../schemas/refusal.ts";
import { failureSchema } from "../schemas/failure.ts";

/** A hundred years: nothing that is put off is put off for longer. */
const longestSeconds = 3_155_760_000;
const seconds = (description: string) =>
  Type.Number({ minimum: 0, maximum: longestSeconds, description: `${description} In seconds.` });

const retry = Type.Object(
  {
    MaxAttempts: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        description: "With the first one. Default 1.",
      }),
    ),
    FirstDelay: Type.Optional(seconds("After the first failure. Default 1.")),
    Factor: Type.Optional(
      Type.Number({
        minimum: 1,
        maximum: 1_000,
        description: "Each delay is the one before times this. Default 2.",
      }),
    ),
    LongestDelay: Type.Optional(seconds("No delay is longer. Default 3600.")),
    Jitter: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        description:
          "Share of each delay that is random: 0.2 means 80 % to 100 % of it. Default 0.",
      }),
    ),
  },
  {
    additionalProperties: false,
    description: "How often a failure that can be tried again is, and when.",
  },
);

/** The body of POST /jobs. */
const body = Type.Object(
  {
    Type: Type.String({ minLength: 1, maxLength: 128, description: "A registered job type." }),
    Content: Type.Optional(
      Type.Unsafe<JsonObject>({
        type: "object",
        description: "What the plugin of the type makes the job of. Default `{}`.",
      }),
    ),
    Plugin: Type.Optional(
      Type.String({ description: "Whose type it is, if several plugins have one of this name." }),
    ),
    Priority: Type.Optional(prioritySchema),
    Retry: Type.Optional(retry),
    StartAfter: Type.Optional(
      Type.Union(
        [
          Type.Number({ minimum: 0, maximum: longestSeconds }),
          Type.String({ pattern: String.raw`^\d{8}T\d{6}(\.\d{1,6})?$` }),
        ],
        {
          description:
            "It does not start before: in so many seconds, or at a time as in the jobs (UTC, `YYYYMMDDTHHMMSS.ffffff`).",
        },
      ),
    ),
    StepTimeout: Type.Optional(seconds("No step may take longer; 0: as long as it likes.")),
    Key: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 255,
        description: "Jobs of one key share a limit of how many run at a time.",
      }),
    ),
    UserData: Type.Optional(
      Type.Unsafe<JsonValue>({ description: "Any JSON, kept and shown with the job." }),
    ),
    Synchronous: Type.Optional(
      Type.Boolean({ description: "Wait for the end of the job. It wins over `Asynchronous`." }),
    ),
    Asynchronous: Type.Optional(Type.Boolean({ description: "The default." })),
  },
  { additionalProperties: false },
);

const query = Type.Object({
  timeout: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 86_400,
      description:
        "Wait no longer than so many seconds for the end of the job; then 202 and its id.",
    }),
  ),
});

/** Somebody wants a job, and to be answered so. */
export interface Wanted {
  readonly wish: JobWish;
  readonly options: SubmitOptions;
  /** Whether its end is waited for. */
  readonly wait: boolean;
  /** For so long at most; null: as long as it takes. */
  readonly timeoutMs: number | null;
}

/** POST /jobs; `submit` does it. */
export function wishEndpoint(
  submit: (request: FastifyRequest, reply: FastifyReply, wanted: Wanted) => Promise<FastifyReply>,
): Endpoint {
  return endpoint(
    {
      summary: "Make a job of a registered type, and submit it",
      description:
        "The plugin of the type makes the job of the content; `GET /plugins/{id}` says which types can be made so. It is answered at once (`Asynchronous`), or when the job has ended: then with its content, or with the reason why it failed. When the client goes away, the job goes on.",
      scope: "submit",
      query,
      body,
      responses,
    },
    (request, reply, { query: { timeout }, body: wanted }) =>
      submit(request, reply, {
        wish: { type: wanted.Type, plugin: wanted.Plugin ?? null, content: wanted.Content ?? {} },
        options: optionsOf(wanted),
        wait: wanted.Synchronous ?? wanted.Asynchronous === false,
        timeoutMs: timeout === undefined ? null : timeout * 1000,
      }),
  );
}

const made = Type.Object({ ID: idSchema, Path: Type.String({ description: "`/jobs/{ID}`." }) });
const content = Type.Object({}, { additionalProperties: true, description: "What the job shows." });

/** What a job fails with may be any of these. */
const orFailed = (when: Readonly<Record<number, string>>): Readonly<Record<number, Answered>> =>
  Object.fromEntries(
    Object.entries(refusals(when)).map(([status, { description, content: refusal }]) => {
      const schemas = [refusal?.["application/json"] ?? {}, failureSchema];
      return [status, json(`${description} Or the job failed.`, Type.Union(schemas))];
    }),
  );

const responses = {
  200: json("The job is submitted, or has succeeded.", Type.Union([made, content])),
  202: json(
    "The time is over, and the job goes on; or the host is closing, and the job was made: ask for it later.",
    made,
  ),
  ...orFailed({
    400: "The body is not what it must be, there is no such type, or the plugin will not have this content.",
    404: "",
    500: "The plugin could not make the job.",
    503: "Too many jobs wait (with `Retry-After`), the plugin is being started again, the store cannot write, or the host is closing. No job was made.",
  }),
};

function optionsOf({
  Key,
  Priority,
  UserData,
  StepTimeout,
  StartAfter,
  Retry,
}: Static<typeof body>): SubmitOptions {
  return {
    ...(Key !== undefined && { key: Key }),
    ...(Priority !== undefined && { priority: Priority }),
    ...(UserData !== undefined && { userData: UserData }),
    ...(StepTimeout !== undefined && { stepTimeoutMs: StepTimeout * 1000 }),
    ...(StartAfter !== undefined && { startAfterMs: delayMs(StartAfter, Date.now()) }),
    ...(Retry !== undefined && retryOf(Retry)),
  };
}

function retryOf(given: Static<typeof retry>): Pick<SubmitOptions, "maxAttempts" | "backoff"> {
  const { MaxAttempts, FirstDelay, Factor, LongestDelay, Jitter } = given;
  return {
    ...(MaxAttempts !== undefined && { maxAttempts: MaxAttempts }),
    backoff: {
      ...(FirstDelay !== undefined && { firstDelayMs: FirstDelay * 1000 }),
      ...(Factor !== undefined && { factor: Factor }),
      ...(LongestDelay !== undefined && { capMs: LongestDelay * 1000 }),
      ...(Jitter !== undefined && { jitter: Jitter }),
    },
  };
}

/** From `now` on; a time that is over: none. What is no date is NaN, which the engine refuses. */
function delayMs(startAfter: number | string, now: number): number {
  if (typeof startAfter === "number") return startAfter * 1000;
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d(?:\.\d+)?)$/.exec(startAfter) ?? [];
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Math.max(0, time - now);
}
