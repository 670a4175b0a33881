import type { Snapshot } from "../../../core/job-record.ts";
import { isLogLevel, type LogLevel } from "../../../core/job-log.ts";
import {
  stopReasons,
  type JobFailure,
  type StepResult,
  type StopReason,
} from "../../../core/job-state.ts";
import { boundedJson, depthOf, maxDepth } from "../../../core/json.ts";
import { maxContentBytes, maxDetailsChars, maxStateBytes } from "../../../core/limits.ts";
import type { RunEnd, Sample } from "../../../ports/runner.ts";
import type { FarJob } from "../protocol/calls.ts";

/**
 * What another side has told, as what it must be: new objects of which every member was looked at. All
 * of these throw an Error that says what is wrong; whoever calls them ends the side.
 */

/** Longest message and longest code of a failure, in characters; a longer one is cut there. */
const most = { message: 65_536, code: 64 };

type Members = Readonly<Record<string, unknown>>;

export function readSnapshot(told: unknown): Snapshot {
  const { progress, content, state } = membersOf(told, "a snapshot");
  return { ...readShown({ progress, content }), state: state === null ? null : readState(state) };
}

export function readSample(told: unknown): Sample {
  const { progress, content, runtimeMs } = membersOf(told, "a sample");
  return { ...readShown({ progress, content }), runtimeMs: readMs(runtimeMs, "runtimeMs") };
}

/** Bytes that nobody else writes into, and that keep alive nothing but themselves: those of a frame are views of it. */
export function readState(told: unknown): Uint8Array {
  const isState = told instanceof Uint8Array && told.byteLength <= maxStateBytes;
  if (!isState) throw new TypeError("a state that is none, or too large");
  const isWhole = told.buffer instanceof ArrayBuffer && told.byteLength === told.buffer.byteLength;
  return isWhole ? told : new Uint8Array(told);
}

/** Without its data, which whoever keeps it looks at. */
export function readLine(told: unknown): { readonly level: LogLevel; readonly text: string } {
  const { level, text } = membersOf(told, "a line");
  if (!isLogLevel(level) || typeof text !== "string") {
    throw new TypeError("a line that is no text, or of no known level");
  }
  return { level, text };
}

/** What a plugin says of an error code of its jobs, cut. */
export function readDescription(told: unknown): { readonly code: string; readonly text: string } {
  const { code, text } = membersOf(told, "a description");
  if (typeof code !== "string" || typeof text !== "string") {
    throw new TypeError("a description that is no text");
  }
  return { code: code.slice(0, most.code), text: text.slice(0, most.message) };
}

/** Its tree is not looked at. */
export function readJob(told: unknown): FarJob {
  const { payload, type, canReset, snapshot, tree } = membersOf(told, "a job");
  const isJob =
    Number.isSafeInteger(payload) &&
    typeof type === "string" &&
    (canReset === null || typeof canReset === "boolean");
  if (!isJob) throw new TypeError("a job that is none");
  const number = payload as number;
  return { payload: number, type, canReset, snapshot: readSnapshot(snapshot), tree: tree as never };
}

/** How a run ended: one of the ways in which the other side can say so. */
export function readEnd(told: unknown): RunEnd {
  const { kind, result, stopped, snapshot, runtimeMs, error } = membersOf(told, "the end of a run");
  switch (kind) {
    case "returned":
    case "disowned":
      return { kind };
    case "detached":
      return { kind, error: readFailure(error), runtimeMs: readMs(runtimeMs, "runtimeMs") };
    case "ended":
      return {
        kind,
        result: readResult(result),
        stopped: readReason(stopped),
        snapshot: snapshot === null ? null : readSnapshot(snapshot),
        runtimeMs: readMs(runtimeMs, "runtimeMs"),
      };
  }
  throw new TypeError("a run that ended in no known way");
}

function readResult(told: unknown): StepResult {
  const { kind, error, retryable, afterMs } = membersOf(told, "the result of a step");
  switch (kind) {
    case "success":
    case "continue":
      return { kind };
    case "failure":
      return { kind, error: readFailure(error), retryable: retryable === true };
    case "retry":
      return { kind, afterMs: afterMs === null ? null : readMs(afterMs, "afterMs") };
  }
  throw new TypeError("a result of a step that is none");
}

function readFailure(told: unknown): JobFailure {
  const { code, message, details } = membersOf(told, "a failure");
  if (typeof code !== "string" || typeof message !== "string") {
    throw new TypeError("a failure without a code or a message");
  }
  const words = { code: code.slice(0, most.code), message: message.slice(0, most.message) };
  return details === undefined
    ? words
    : { ...words, details: boundedJson(details, maxDetailsChars) };
}

function readReason(told: unknown): StopReason | null {
  if (told === null || isReason(told)) return told;
  throw new TypeError("a stop for no known reason");
}

const isReason = (told: unknown): told is StopReason =>
  (stopReasons as readonly unknown[]).includes(told);

function readShown({ progress, content }: Members): Pick<Snapshot, "progress" | "content"> {
  const isProgress = typeof progress === "number" && progress >= 0 && progress <= 1;
  if (!isProgress) throw new TypeError("a progress that is not from 0 to 1");
  if (!isContent(content)) throw new TypeError("a content that is no JSON object, or too large");
  return { progress, content };
}

function isContent(told: unknown): told is string {
  // Most are small, and then their bytes need not be counted.
  if (typeof told !== "string" || told.length > maxContentBytes) return false;
  if (3 * told.length > maxContentBytes && Buffer.byteLength(told) > maxContentBytes) return false;
  return told === "{}" || (isObject(told) && depthOf(told) <= maxDepth);
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** Milliseconds, so few that they can be added up for ever. */
function readMs(told: unknown, name: string): number {
  const isTime = typeof told === "number" && told >= 0 && told <= Number.MAX_SAFE_INTEGER;
  if (isTime) return told;
  throw new TypeError(`${name} is not a number of milliseconds`);
}

function membersOf(told: unknown, what: string): Members {
  if (typeof told === "object" && told !== null) return told as Members;
  throw new TypeError(`${what} that is no object`);
}
