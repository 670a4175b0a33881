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

/** A request may be nested deeper: what is kept of it, such as UserData, stands somewhere inside. */
export const maxRequestDepth = 128;

const [quotes, backslash] = [0x22, 0x5c];
/** Code units of `[`, `{`. */
const opening: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const closing: ReadonlySet<number> = new Set([0x5d, 0x7d]);

/**
 * How deep arrays and objects are nested in a JSON text; 0 for one too short to be too deep. No regular
 * expression: it overflows its stack on a string of some megabytes.
 */
export function depthOf(text: string): number {
  if (text.length <= 2 * maxDepth) return 0;
  let [depth, deepest] = [0, 0];
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === quotes) at = endOfString(text, at);
    else if (opening.has(unit)) deepest = Math.max(deepest, (depth += 1));
    else if (closing.has(unit)) depth -= 1;
  }
  return deepest;
}

/** Where the string ends that begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== quotes) {
    at += text.charCodeAt(at) === backslash ? 2 : 1;
  }
  return at;
}
