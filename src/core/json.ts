/** Anything that JSON can say. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

export type JsonObject = { readonly [key: string]: JsonValue };

/**
 * A copy of what a plugin gave as JSON, of at most `maxChars` characters of text: what is larger, or
 * cannot be said in JSON, is replaced by an object that says so. For what must not fail a job.
 */
export function boundedJson(value: unknown, maxChars: number): JsonValue {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // A cycle, a bigint, a toJSON that throws.
  }
  if (text === undefined) return { Omitted: "this is not JSON" };
  if (text.length > maxChars) {
    return { Omitted: `${text.length} characters of JSON, more than ${maxChars}` };
  }
  if (depthOf(text) > maxDepth) return { Omitted: `JSON of more than ${maxDepth} levels` };
  return JSON.parse(text) as JsonValue;
}

/** Deeper than this it is nobody's to read; and it would cost its square in indented text. */
export const maxDepth = 64;

/** How deep arrays and objects are nested in a JSON text; 0 for one too short to be too deep. */
export function depthOf(text: string): number {
  if (text.length <= 2 * maxDepth) return 0;
  let [depth, deepest] = [0, 0];
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === "[" || token === "{") deepest = Math.max(deepest, (depth += 1));
    else if (token === "]" || token === "}") depth -= 1;
  }
  return deepest;
}
