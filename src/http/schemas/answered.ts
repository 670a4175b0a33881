import type { TSchema } from "typebox";

/** An answer of an operation. */
export interface Answered {
  /** When, and what is in it. */
  readonly description: string;
  /** By media type; `null`: bytes. Absent: there is no body. */
  readonly content?: Readonly<Record<string, TSchema | null>>;
  /** Headers of its own. */
  readonly headers?: Readonly<Record<string, TSchema>>;
}

/** An answer in JSON. */
export function json(
  description: string,
  schema: TSchema,
  headers?: Readonly<Record<string, TSchema>>,
): Answered {
  const content = { "application/json": schema };
  return headers === undefined ? { description, content } : { description, content, headers };
}

/** An answer of which only the status counts. */
export function empty(description: string): Answered {
  return { description };
}

/** An answer of bytes. */
export function binary(
  description: string,
  mediaType: string,
  headers?: Readonly<Record<string, TSchema>>,
): Answered {
  const content = { [mediaType]: null };
  return headers === undefined ? { description, content } : { description, content, headers };
}
