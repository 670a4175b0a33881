/** Every code this library throws, with its first words. docs/progress.md has a heading for each. */
export const progressErrorCodes = {
  INVALID_ARGUMENT: "An argument is not valid",
  WRONG_STATE: "It is too late for this",
  HAS_PARENT: "A child has one parent, for ever",
  CYCLE: "Nothing can be a part of itself",
  TOO_DEEP: "A tree has at most 100 levels",
  CANCELED: "The work was canceled",
  WORKER_FAILED: "The thread could not do the work",
} as const;

export type ProgressErrorCode = keyof typeof progressErrorCodes;

/** The only error class this library throws. Branch on `code`, never on `message`. */
export class ProgressError extends Error {
  override readonly name = "ProgressError";
  readonly code: ProgressErrorCode;

  constructor(code: ProgressErrorCode, detail: string, options?: ErrorOptions) {
    super(`${progressErrorCodes[code]}: ${detail}`, options);
    this.code = code;
  }
}

/** What was thrown, as far as JSON can say it. */
export interface ThrownError {
  /** The class of an `Error`; "Error" for anything else. */
  readonly name: string;
  readonly message: string;
}

/** Describes whatever was thrown: also null, a text, or an object that refuses to be read. */
export function describeThrown(thrown: unknown): ThrownError {
  try {
    if (thrown instanceof Error) return { name: thrown.name, message: thrown.message };
    return { name: "Error", message: String(thrown) };
  } catch {
    return { name: "Error", message: `a value of type ${typeof thrown}` };
  }
}
