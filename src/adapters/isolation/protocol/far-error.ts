import { errorCodes, JobEngineError, type ErrorCode } from "../../../core/errors.ts";
import { member, messageOf } from "../../../core/thrown.ts";

/** An error as it crosses: also what is no Error, and what cannot be cloned. */
export interface FarError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | null;
  /** Of a JobEngineError, or the error's own; null: none. */
  readonly code: string | null;
}

/** How much of each text of an error crosses, in characters: it must fit into a message. */
const most = { name: 256, code: 256, text: 65_536 };

/** What was thrown, ready to cross. */
export function farError(error: unknown): FarError {
  const [name, message] = [member(error, "name"), member(error, "message")];
  const [stack, code] = [member(error, "stack"), member(error, "code")];
  return {
    name: cut(name, most.name) ?? "Error",
    message: cut(message, most.text) ?? messageOf(error).slice(0, most.text),
    stack: cut(stack, most.text),
    code: cut(code, most.code),
  };
}

/** Null: it is no text. */
const cut = (text: unknown, chars: number): string | null =>
  typeof text === "string" ? text.slice(0, chars) : null;

/** The error again; one of ours is one of ours. @throws {TypeError} it is none */
export function nearError(told: FarError): Error {
  const [isNamed, isSaid] = [member(told, "name"), member(told, "message")].map(
    (text) => typeof text === "string",
  );
  if (isNamed !== true || isSaid !== true) throw new TypeError("an error that is none");
  // Cut here too: it may come from a side that has not.
  const { name, message, stack, code } = farError(told);
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
