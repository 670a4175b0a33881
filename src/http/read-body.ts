import type { Static, TSchema } from "typebox";
import { refusal } from "./error-body.ts";
import type { Checker, Read, SchemaError } from "./read-query.ts";
import { quote, shorten } from "./request-path.ts";
import { wordsOf } from "./schema-words.ts";

/** Reads bodies by their schema, whatever their content type says; `validator` is of the same schema. */
export function bodyReader<Body extends TSchema>(
  schema: Body,
  validator: Checker,
): (bytes: unknown) => Read<Static<Body>> {
  return (bytes) => {
    const json = parse(bytes);
    if (json === undefined) return notJson;
    if (validator.Check(json)) return { kind: "read", value: json as Static<Body> };
    const details = sentence(schema, json, validator.Errors(json));
    return { kind: "refused", why: { ...refusal("INVALID_ARGUMENT", details), orthanc: 15 } };
  };
}

const notJson: Read<never> = {
  kind: "refused",
  why: refusal("INVALID_JSON", "The body is not JSON in UTF-8."),
};

/** Undefined: it is none. */
function parse(bytes: unknown): unknown {
  if (!(bytes instanceof Uint8Array)) return undefined;
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** Says what is wrong first: a field nobody knows explains a missing one. */
function sentence(schema: TSchema, json: unknown, errors: readonly SchemaError[]): string {
  const unknown = errors.find(({ keyword }) => keyword === "additionalProperties");
  if (unknown !== undefined) {
    const { additionalProperties } = unknown.params as { additionalProperties: readonly string[] };
    const known = Object.keys(propertiesOf(at(schema, unknown.instancePath))).join(", ");
    return `There is no field ${quote(additionalProperties[0] ?? "")}${inside(unknown)}; there are ${known}.`;
  }
  const [first] = errors;
  if (first?.keyword === "required") {
    const { requiredProperties } = first.params as { requiredProperties: readonly string[] };
    return `The field ${quote(requiredProperties[0] ?? "")}${inside(first)} is missing.`;
  }
  const path = first?.instancePath ?? "";
  const what = path === "" ? "The body" : quote(path.slice(1));
  return `${what} is ${shown(valueAt(json, path))}; it must be ${wordsOf(at(schema, path))}.`;
}

const inside = ({ instancePath }: SchemaError): string =>
  instancePath === "" ? "" : ` in ${quote(instancePath.slice(1))}`;

const shown = (value: unknown): string => shorten(JSON.stringify(value) ?? "nothing");

const keysOf = (path: string): readonly string[] => path.split("/").slice(1);

function propertiesOf(schema: TSchema): Readonly<Record<string, TSchema>> {
  return (schema as { readonly properties?: Readonly<Record<string, TSchema>> }).properties ?? {};
}

/** The schema of what stands there; what lies too deep to say is any JSON. */
function at(schema: TSchema, path: string): TSchema {
  return keysOf(path).reduce<TSchema>((inner, key) => propertiesOf(inner)[key] ?? {}, schema);
}

function valueAt(json: unknown, path: string): unknown {
  return keysOf(path).reduce<unknown>(
    (inner, key) => (inner as Readonly<Record<string, unknown>> | null)?.[key],
    json,
  );
}
