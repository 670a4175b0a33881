import { Type, type Static } from "typebox";
import { traits } from "./rule.ts";

const pattern = Type.String();

const when = Type.Partial(
  Type.Object(
    Object.fromEntries(
      traits.map((trait) => [trait, Type.Union([pattern, Type.Array(pattern, { minItems: 1 })])]),
    ),
  ),
  { additionalProperties: false },
);

/** Where what fits goes by itself. */
export const ruleObject = Type.Object(
  {
    When: Type.Optional(when),
    To: Type.Array(Type.String()),
    Priority: Type.Optional(Type.Integer({ minimum: -(2 ** 31), maximum: 2 ** 31 - 1 })),
    Last: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

export const repushPolicy = Type.Union(
  (["always", "updates-only", "new-only", "never"] as const).map((name) => Type.Literal(name)),
);

/** A folder that is watched. */
export const folderObject = Type.Object(
  {
    Path: Type.String({ minLength: 1 }),
    To: Type.Optional(Type.Array(Type.String())),
    Done: Type.Optional(Type.Union([Type.Literal("remove"), Type.Literal("move")])),
    StableSeconds: Type.Optional(Type.Number({ minimum: 0, maximum: 86_400 })),
    RejectSeconds: Type.Optional(Type.Number({ minimum: 0, maximum: 86_400 })),
    ScanSeconds: Type.Optional(Type.Number({ minimum: 0.05, maximum: 86_400 })),
  },
  { additionalProperties: false },
);

export type RuleGiven = Static<typeof ruleObject>;
export type FolderGiven = Static<typeof folderObject>;
