import { errorCodes, JobEngineError, type ErrorCode } from "../../core/errors.ts";
import { member, messageOf } from "../../core/thrown.ts";

/** An error as it crosses: also what is no Error, and what cannot be cloned. */
export interface FarError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | null;
  /** Of a JobEngineError, or the error's own; null: none. */
  readonly code: string | null;
}

/** What was thrown, ready to cross. */
export function farError(error: unknown): FarError {
  const [name, message] = [member(error, "name"), member(error, "message")];
  const [stack, code] = [member(error, "stack"), member(error, "code")];
  return {
    name: typeof name === "string" ? name : "Error",
    message: typeof message === "string" ? message : messageOf(error),
    stack: typeof stack === "string" ? stack : null,
    code: typeof code === "string" ? code : null,
  };
}

/** The error again; one of ours is one of ours. */
export function nearError({ name, message, stack, code }: FarError): Error {
  if (name === "JobEngineError" && code !== null && Object.hasOwn(errorCodes, code)) {
    const words = errorCodes[code as ErrorCode];
    const detail = message.startsWith(`${words}: `) ? message.slice(words.length + 2) : undefined;
    return new JobEngineError(code as ErrorCode, detail);
  }
  const error = new Error(message);
  return Object.assign(error, {
    name,
    stack: stack ?? error.stack,
    ...(code !== null && { code }),
  });
}
