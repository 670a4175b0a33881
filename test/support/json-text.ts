import assert from "node:assert/strict";
import type { JsonValue } from "../../src/sdk.ts";

/** A text in an answer. */
export function textOf(value: JsonValue | undefined): string {
  assert(typeof value === "string", `${JSON.stringify(value)} is a text`);
  return value;
}
