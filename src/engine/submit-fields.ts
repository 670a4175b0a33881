import { JobEngineError } from "../core/errors.ts";
import { depthOf, maxDepth } from "../core/json.ts";
import { maxKeyLength, maxUserDataBytes } from "../core/limits.ts";
import { longestDelayMs } from "../core/retry-policy.ts";
import type { Patience } from "./waiting-room.ts";

/** The key of a job; null: none was given. @throws {JobEngineError} INVALID_ARGUMENT */
export function readKey(key: unknown): string | null {
  if (key === undefined) return null;
  if (typeof key === "string" && key.length > 0 && key.length <= maxKeyLength) return key;
  const given = typeof key === "string" ? `one of ${key.length}` : `a ${typeof key}`;
  throw invalid(`a key is a text of 1 to ${maxKeyLength} characters, not ${given}`);
}

/** False: it was not given. @throws {JobEngineError} INVALID_ARGUMENT */
export function readFlag(name: string, flag: unknown): boolean {
  if (flag === undefined || typeof flag === "boolean") return flag ?? false;
  throw invalid(`${name} is true or false`);
}

/** Milliseconds; 0: it may start at once. @throws {JobEngineError} INVALID_ARGUMENT */
export function readStartAfter(startAfterMs: number): number {
  if (startAfterMs >= 0 && startAfterMs <= longestDelayMs) return startAfterMs;
  throw invalid(`startAfterMs must be 0 to ${longestDelayMs}, not ${startAfterMs}`);
}

/** @throws {JobEngineError} INVALID_ARGUMENT */
export function readPatience(noWait: unknown, signal: unknown): Patience {
  const isHasty = readFlag("noWait", noWait);
  if (signal === undefined) return { noWait: isHasty, signal: null };
  if (!(signal instanceof AbortSignal)) throw invalid("signal must be an AbortSignal");
  return { noWait: isHasty, signal };
}

/** Milliseconds; 0: a step may take as long as it likes. @throws {JobEngineError} INVALID_ARGUMENT */
export function readStepTimeout(stepTimeoutMs: number): number {
  if (stepTimeoutMs >= 0 && stepTimeoutMs <= longestDelayMs) return stepTimeoutMs;
  throw invalid(`stepTimeoutMs must be 0 to ${longestDelayMs}, not ${stepTimeoutMs}`);
}

/**
 * User data as text, so that nobody can change it any more; null: nothing was given.
 * @throws {JobEngineError} INVALID_ARGUMENT: it is no JSON, or nested too deep; TOO_LARGE
 */
export function readUserData(userData: unknown): string | null {
  if (userData === undefined || userData === null) return null;
  const text = jsonText(userData);
  if (depthOf(text) > maxDepth)
    throw invalid(`userData is nested more than ${maxDepth} levels deep`);
  if (new TextEncoder().encode(text).byteLength <= maxUserDataBytes) return text;
  throw new JobEngineError("TOO_LARGE", `userData is larger than ${maxUserDataBytes} bytes`);
}

function jsonText(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw invalid("userData is not JSON: it refers to itself, or holds a BigInt", { cause });
  }
  if (text === undefined) throw invalid(`userData is not JSON: it is a ${typeof value}`);
  return text;
}

const invalid = (detail: string, options?: ErrorOptions): JobEngineError =>
  new JobEngineError("INVALID_ARGUMENT", detail, options);
