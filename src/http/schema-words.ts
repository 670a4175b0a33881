import type { TSchema } from "typebox";

/** The members of a schema that words are made of. JSON Schema's names. */
interface Readable {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly TSchema[];
  readonly items?: TSchema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

/** What a value may be, for a sentence: "a whole number from 0 to 10", "one of A, B". */
export function wordsOf(schema: TSchema): string {
  const { type, enum: values, anyOf, const: only } = schema as Readable;
  if (only !== undefined) return JSON.stringify(only);
  if (values !== undefined) return `one of ${values.join(", ")}`;
  if (anyOf !== undefined) return alternatives(anyOf);
  return (type === undefined ? undefined : words[type]?.(schema)) ?? "any JSON";
}

const words: Readonly<Record<string, (schema: Readable) => string>> = {
  integer: ({ minimum, maximum }) => `a whole number${range(minimum, maximum)}`,
  number: ({ minimum, maximum }) => `a number${range(minimum, maximum)}`,
  boolean: () => "true or false",
  string: ({ minLength, maxLength }) => `a text${length(minLength, maxLength)}`,
  object: () => "an object",
  array: ({ items }) => (items === undefined ? "a list" : `a list, each ${wordsOf(items)}`),
  null: () => "null",
};

function alternatives(schemas: readonly TSchema[]): string {
  const each = schemas.map(wordsOf);
  return schemas.every((one) => "const" in one) ? `one of ${each.join(", ")}` : each.join(" or ");
}

function length(least: number | undefined, most: number | undefined): string {
  if (least === undefined && most === undefined) return "";
  if (most === undefined) return ` of ${least} or more characters`;
  return ` of ${least ?? 0} to ${most} characters`;
}

function range(least: number | undefined, most: number | undefined): string {
  if (least !== undefined && most !== undefined) return ` from ${least} to ${most}`;
  if (least !== undefined) return ` from ${least}`;
  return most === undefined ? "" : ` up to ${most}`;
}
