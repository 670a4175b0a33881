import type { Static, TSchema } from "typebox";

/**
 * A schema of a type that is written down elsewhere. It does not compile when one of both has a member
 * that the other has not, or has it otherwise, so they stay one.
 */
export function schemaOf<T>(): <Schema extends TSchema>(
  schema: Schema,
  ...same: Same<T, Frozen<Static<Schema>>> extends true ? [] : [differs: never]
) => Schema {
  return (schema, ..._same) => schema;
}

type Same<One, Other> = [One, Other, keyof One, keyof Other] extends [
  Other,
  One,
  keyof Other,
  keyof One,
]
  ? true
  : false;

/** Types of ours are read-only; a schema says nothing of that. */
type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T;
