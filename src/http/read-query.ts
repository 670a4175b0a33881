import type { Static, TObject, TSchema } from "typebox";
import { refusal, type Refusal } from "./error-body.ts";
import { queryOf, quote } from "./request-path.ts";
import { wordsOf } from "./schema-words.ts";

/** What came of reading a part of a request. */
export type Read<T> =
  | { readonly kind: "read"; readonly value: T }
  | { readonly kind: "refused"; readonly why: Refusal };

/** What is used of a compiled schema. */
export interface Checker {
  Check(value: unknown): boolean;
  Errors(value: unknown): readonly SchemaError[];
}

/** `instancePath` is a JSON pointer to the value that is not allowed. */
export interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: object;
}

/** Reads queries by a schema of their parameters; `validator` is of the same schema. */
export function queryReader<Query extends TObject>(
  parameters: Query,
  validator: Checker,
): (target: string) => Read<Static<Query>> {
  const schemas = Object.entries(parameters.properties as Readonly<Record<string, TSchema>>);
  const isStrict = "additionalProperties" in parameters;
  return (target) => {
    const query = queryOf(target);
    const value: Record<string, unknown> = {};
    for (const [name, schema] of schemas) {
      if (query.has(name)) value[name] = decode(schema, query.getAll(name));
    }
    const names = schemas.map(([name]) => name);
    const unknown = isStrict ? [...query.keys()].find((name) => !names.includes(name)) : undefined;
    if (unknown !== undefined) {
      return refused(
        `There is no parameter ${quote(unknown)} here; there are ${names.join(", ")}.`,
      );
    }
    if (validator.Check(value)) return { kind: "read", value: value as Static<Query> };
    return refused(sentence(schemas, query, validator.Errors(value)[0]?.instancePath ?? ""));
  };
}

const refused = (details: string): Read<never> => ({
  kind: "refused",
  why: { ...refusal("INVALID_ARGUMENT", details), orthanc: 8 },
});

/** A text as what its schema wants; what it cannot be stays a text, and is refused by the schema. */
function decode(schema: TSchema, texts: readonly string[]): unknown {
  const [text = ""] = texts;
  const { type = "string" } = schema as { readonly type?: string };
  return type === "array" ? texts : (decoders[type]?.(text) ?? text);
}

/** Undefined: it is none. */
const decoders: Readonly<Record<string, (text: string) => number | boolean | undefined>> = {
  integer: (text) => (/^-?\d{1,15}$/.test(text) ? Number(text) : undefined),
  number: (text) => (/^-?\d{1,15}(?:\.\d{1,9})?$/.test(text) ? Number(text) : undefined),
  boolean: (text) => flags.get(text.toLowerCase()),
};

/** Orthanc's forms of a flag: `?expand`, `?expand=`, 1, true; 0, false. */
const flags: ReadonlyMap<string, boolean> = new Map([
  ["", true],
  ["1", true],
  ["true", true],
  ["0", false],
  ["false", false],
]);

/** `path`: where the first value stands that is not allowed, such as "/state/0". */
function sentence(
  schemas: readonly (readonly [name: string, schema: TSchema])[],
  query: URLSearchParams,
  path: string,
): string {
  const [, wanted = "", index = "0"] = path.split("/");
  const found = schemas.find(([name]) => name === wanted);
  if (found === undefined)
    return `A parameter is missing; there are ${schemas.map(([name]) => name).join(", ")}.`;
  const [name, schema] = found;
  const { items = schema } = schema as { readonly items?: TSchema };
  const value = quote(query.getAll(name)[Number(index)] ?? "");
  return `The value ${value} of "${name}" is not allowed; it must be ${wordsOf(items)}.`;
}
