/**
 * An output of a job that is complete. The bytes are in a file that nobody changes any more: who
 * writes the same key again makes another file, and the record then names that one.
 */
export interface OutputRecord {
  readonly key: string;
  /** Its media type, "text/csv". */
  readonly mime: string;
  /** In bytes. */
  readonly size: number;
  /** Name of the file, unique for ever. */
  readonly file: string;
}

/** Most outputs of one job; how large they are, the disk decides. */
export const maxOutputs = 1_000;

/** Most outputs that a job writes at the same time: each of them is an open file. */
export const maxOpenOutputs = 32;

/** Paths below a job's that are not its outputs. */
const reservedKeys: ReadonlySet<string> = new Set([
  "logs",
  "progress",
  "events",
  "priority",
  "cancel",
  "pause",
  "resume",
  "resubmit",
]);

/** One segment of a path that needs no escape, and no hidden file, nor a folder above. */
const keyForm = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/** RFC 9110: type "/" subtype, and parameters whose values are tokens or plain quoted texts. */
const mimeForm =
  /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+(?: ?; ?[\w!#$%&'*+.^`|~-]+=(?:[\w!#$%&'*+.^`|~-]+|"[ !#-[\]-~]*"))*$/;

/** What is wrong with the key of an output, in words for its author; null: nothing. */
export function faultOfKey(key: unknown): string | null {
  if (typeof key !== "string" || !keyForm.test(key)) {
    const form = "1 to 128 letters, digits, dots, dashes and underscores, no dot or dash first";
    return `the key of an output is ${form}, not ${JSON.stringify(key)?.slice(0, 200)}`;
  }
  return reservedKeys.has(key) ? `"${key}" cannot be the key of an output: it is reserved` : null;
}

/** The same of its media type. */
export function faultOfMime(mime: unknown): string | null {
  if (typeof mime === "string" && mime.length <= 255 && mimeForm.test(mime)) return null;
  return `${JSON.stringify(mime)?.slice(0, 200)} is no media type such as "text/csv"`;
}
