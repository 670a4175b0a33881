import { maxContentBytes, maxStateBytes } from "../../core/limits.ts";
import { JobEngineError } from "../../core/errors.ts";
import { depthOf, maxDepth } from "../../core/json.ts";
import { messageOf } from "../../core/thrown.ts";
import type { JobDescriptor, JsonObject } from "../../ports/job.ts";

const encoder = new TextEncoder();

/** What can go wrong with a getter, as the failure of a job. */
export class GetterError extends Error {
  readonly code: "BAD_STATE_DATA" | "BAD_CONTENT" | "TOO_LARGE";

  constructor(code: GetterError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** The same for the caller of a submit, which has no code for bad content. */
  asEngineError(): JobEngineError {
    const code = this.code === "TOO_LARGE" ? "TOO_LARGE" : "BAD_STATE_DATA";
    return new JobEngineError(code, this.message, { cause: this });
  }
}

/** 0 to 1. @throws GetterError */
export function askProgress({ getProgress, payload }: JobDescriptor): number | null {
  if (getProgress === undefined) return null;
  const progress: unknown = ask("getProgress", () => getProgress(payload));
  if (typeof progress === "number") return clampProgress(progress);
  throw new GetterError("BAD_STATE_DATA", `getProgress answered ${typeof progress}, not a number`);
}

/** The text of a JSON object. @throws GetterError */
export function askContent({ getContent, payload }: JobDescriptor): string | null {
  if (getContent === undefined) return null;
  return contentText(ask("getContent", () => getContent(payload)));
}

/** Null: the job cannot be saved. @throws GetterError */
export function askSerialized({ getSerialized, payload }: JobDescriptor): Uint8Array | null {
  if (getSerialized === undefined) return null;
  const state: unknown = ask("getSerialized", () => getSerialized(payload));
  return state === null ? null : stateBytes(state);
}

/** Progress outside 0…1 is clamped; no number at all is 0, as in Orthanc. */
export function clampProgress(progress: number): number {
  return progress > 0 ? Math.min(progress, 1) : 0;
}

/** @throws GetterError BAD_CONTENT, TOO_LARGE */
export function contentText(content: unknown): string {
  const isObject = typeof content === "object" && content !== null && !Array.isArray(content);
  if (!isObject) throw new GetterError("BAD_CONTENT", "the content is not a JSON object");
  const text = stringify(content as JsonObject);
  if (Buffer.byteLength(text) > maxContentBytes) {
    throw new GetterError("TOO_LARGE", `the content is larger than ${maxContentBytes} bytes`);
  }
  if (depthOf(text) > maxDepth) {
    throw new GetterError("BAD_CONTENT", `the content is nested more than ${maxDepth} levels deep`);
  }
  return text;
}

/** @throws GetterError BAD_STATE_DATA, TOO_LARGE */
export function stateBytes(state: unknown): Uint8Array {
  // A copy: the plugin may go on writing into its own buffer.
  const bytes = typeof state === "string" ? encoder.encode(state) : copyOf(state);
  if (bytes === null) {
    const kind = isPromise(state) ? "a promise" : typeof state;
    throw new GetterError("BAD_STATE_DATA", `the serialized state is ${kind}, not bytes or text`);
  }
  if (bytes.byteLength > maxStateBytes) {
    const size = `${bytes.byteLength} bytes, more than ${maxStateBytes}`;
    throw new GetterError("TOO_LARGE", `the serialized state has ${size}`);
  }
  return bytes;
}

function ask<T>(name: string, getter: () => T): T {
  let answer: T;
  try {
    answer = getter();
    if (!isPromise(answer)) return answer;
  } catch (error) {
    throw new GetterError("BAD_STATE_DATA", `${name} threw: ${messageOf(error)}`, { cause: error });
  }
  // Nobody will wait for it, so a rejection must not end the process.
  answer.then(undefined, () => undefined);
  throw new GetterError("BAD_STATE_DATA", `${name} answered a promise; getters are synchronous`);
}

function stringify(content: JsonObject): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(content);
  } catch (error) {
    const why = messageOf(error);
    throw new GetterError("BAD_CONTENT", `the content is not JSON: ${why}`, { cause: error });
  }
  if (text?.startsWith("{")) return text;
  throw new GetterError("BAD_CONTENT", "the content is not a JSON object");
}

const copyOf = (state: unknown): Uint8Array | null =>
  state instanceof Uint8Array ? new Uint8Array(state) : null;

const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === "object" &&
  value !== null &&
  "then" in value &&
  typeof value.then === "function";
