import { Type, type TSchema } from "typebox";

const time = (description: string): TSchema =>
  Type.Number({ description: `${description} Milliseconds since 1970.` });

const text = (description: string): TSchema => Type.String({ description });

const line = Type.Object({
  time: time("When it was logged."),
  level: Type.Union([
    Type.Literal("error"),
    Type.Literal("warning"),
    Type.Literal("info"),
    Type.Literal("debug"),
  ]),
  text: Type.String(),
  path: Type.Array(Type.String(), { description: "Empty here." }),
});

/** How a job or a part of it stands: the snapshot of `baton-jobs/progress`, with its own names. */
export const progressSchema: TSchema = Type.Object(
  {
    id: text("Names the node among those of its tree."),
    kind: Type.Enum(["task", "observer", "aggregator"]),
    name: Type.String(),
    state: Type.Enum(["waiting", "running", "canceling", "canceled", "failed", "finished"]),
    startedAt: Type.Optional(
      Type.Union([time("Not of one that waits."), Type.Null()], {
        description: "`null`: it has ended and never begun, or nobody knows when it began.",
      }),
    ),
    endedAt: Type.Optional(time("Of one that has ended.")),
    etaMs: Type.Optional(
      Type.Union([Type.Number({ minimum: 0 }), Type.Null()], {
        description: "Of one that runs: how many milliseconds are left; `null`: nobody knows.",
      }),
    ),
    reason: Type.Optional(text("Why it is to stop, or was canceled.")),
    error: Type.Optional(
      Type.Object(
        { name: Type.String(), message: Type.String() },
        { description: "If it failed." },
      ),
    ),
    weight: Type.Number({ minimum: 0, description: "Its share of what it is a part of." }),
    done: Type.Number({ minimum: 0 }),
    total: Type.Union([Type.Number({ minimum: 0 }), Type.Null()], {
      description: "`null`: unknown.",
    }),
    fraction: Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()]),
    percent: Type.Union([Type.Integer({ minimum: 0, maximum: 100 }), Type.Null()], {
      description: "The fraction in whole percent, rounded down; 100: all is done.",
    }),
    isCancelable: Type.Boolean(),
    lastLine: Type.Union([line, Type.Null()], { description: "What it has logged last." }),
    parts: Type.Array(Type.Unsafe({ $ref: "#/components/schemas/Progress" })),
    omitted: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: "So many parts are left out: the tree is too large.",
      }),
    ),
  },
  { $id: "Progress" },
);
