import type { TSchema } from "typebox";
import type { JsonObject, JsonValue } from "../../ports/job.ts";

/** The schemas of a document that have a name (`$id`), each of them once; elsewhere they are referred to. */
export class Components {
  readonly #schemas = new Map<string, JsonValue>();

  get schemas(): JsonObject {
    const inOrder = [...this.#schemas].toSorted(([one], [other]) => (one < other ? -1 : 1));
    return Object.fromEntries(inOrder);
  }

  /** The schema as it stands in the document. */
  of(schema: TSchema): JsonObject {
    return this.#refer(schema) as JsonObject;
  }

  #refer(part: unknown): JsonValue {
    if (Array.isArray(part)) return part.map((item) => this.#refer(item));
    if (typeof part !== "object" || part === null) return part as JsonValue;
    const { $id: name, ...members } = part as { readonly $id?: unknown };
    const shown = Object.fromEntries(
      Object.entries(members).map(([key, value]) => [key, this.#refer(value)]),
    );
    if (typeof name !== "string") return shown;
    this.#schemas.set(name, shown);
    return { $ref: `#/components/schemas/${name}` };
  }
}
