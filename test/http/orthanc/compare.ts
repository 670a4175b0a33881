import assert from "node:assert/strict";
import { describeError } from "../../../src/http/orthanc-errors.ts";
import type { Answer } from "../scripted-host.ts";
import type { Met } from "./differences.ts";
import { about, isShown, type Exchange, type Shown } from "./recordings.ts";

/** Ours on top of Orthanc's fields of a job. */
const added = new Set([
  "Attempts",
  "Failures",
  "BatonError",
  "DueTime",
  "Key",
  "Outputs",
  "Requested",
  "StartAfter",
  "WaitsForType",
]);

/** Fields whose values are of this run, not of the recorded one. */
const ofTheRun = new Set(["EffectiveRuntime", "EstimatedTimeOfArrival", "ID", "Timestamp"]);

/** Names of differences in single fields. */
export const names = {
  numbers: "numbers-of-errors",
  words: "errors-have-words",
  done: "success-is-100",
} as const;

/** How exactly jobs are compared. */
export interface Rigor {
  /** Their times and the values in their content are the recorded ones. */
  readonly values: boolean;
}

/** Compares an answer of ours with what was recorded, but for what is meant to differ. */
export function compare(exchange: Exchange, answer: Answer, met: Met, rigor: Rigor): void {
  const where = about(exchange);
  const { method } = exchange.request;
  const expected = met.expected(exchange);
  assert.equal(answer.status, expected.status, where);
  if (expected.status === 405 && expected.allow !== undefined) {
    // More methods are allowed by now: those that were are still there.
    const allowed = String(answer.headers.allow).split(",");
    for (const each of expected.allow.split(",")) assert.ok(allowed.includes(each), where);
  }
  assert.equal(answer.headers["x-content-type-options"], "nosniff", where);
  if (method === "HEAD") return assert.equal(answer.text, "", where);
  if (answer.status >= 400) return compareRefusal(exchange, answer, met);
  const theirs = expected.response;
  if (theirs === null) return;
  assert.equal(answer.headers["content-type"], theirs.headers["content-type"], where);
  if (typeof theirs.body === "object") return met.note("answers-are-not-compressed");
  if (theirs.json === undefined) return assert.equal(answer.text, theirs.body, where);
  compareJson(theirs.json, answer.json, { where, met, rigor });
}

interface Context {
  readonly where: string;
  readonly met: Met;
  readonly rigor: Rigor;
}

export function compareJson(theirs: unknown, ours: unknown, context: Context): void {
  const { where, rigor } = context;
  if (Array.isArray(theirs)) {
    assert.ok(Array.isArray(ours), where);
    assert.equal(ours.length, theirs.length, where);
    if (typeof theirs[0] === "string") return assert.ok(ours.every((id) => typeof id === "string"));
    const sorted = rigor.values ? [theirs, ours] : [inOrder(theirs), inOrder(ours)];
    for (const [at, job] of (sorted[0] ?? []).entries()) {
      compareJob(job as Shown, sorted[1]?.[at] as Shown, context);
    }
  } else if (isShown(theirs)) {
    compareJob(theirs, ours as Shown, context);
  } else {
    compareShape(theirs, ours, context);
  }
}

/** By what a job is known by, where ids are others. */
function inOrder(jobs: readonly unknown[]): readonly Shown[] {
  return (jobs as readonly Shown[]).toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
}

const placeOf = ({ State: state, Priority: priority, Progress: progress }: Shown): string =>
  [state, String(priority), String(progress)].join(" ");

function compareJob(theirs: Shown, ours: Shown, { where, met, rigor }: Context): void {
  const keys = Object.keys(ours);
  assert.deepEqual(keys, keys.toSorted(), `${where}: keys are alphabetical`);
  const isEstimated = "EstimatedTimeOfArrival" in ours;
  const expected = Object.keys(theirs).filter(
    (key) => key !== "EstimatedTimeOfArrival" || isEstimated,
  );
  assert.deepEqual(
    keys.filter((key) => !added.has(key)),
    expected,
    where,
  );
  if (expected.length < Object.keys(theirs).length) met.note("estimates-are-later");
  for (const key of expected) {
    const [their, our] = [theirs[key], ours[key]];
    const field = `${where}: ${key}`;
    if (key.includes("Time") && !key.startsWith("Effective")) {
      assert.match(String(our), /^\d{8}T\d{6}\.\d{6}$/, field);
      if (rigor.values && !ofTheRun.has(key)) assert.equal(milliseconds(our), milliseconds(their));
    } else if (rigor.values) {
      assert.deepEqual(our, their, field);
    } else {
      compareField(key, their, our, { where: field, met, rigor });
    }
  }
}

function compareField(key: string, their: unknown, our: unknown, context: Context): void {
  if (key === "Content" || ofTheRun.has(key)) return compareShape(their, our, context);
  if (their === our) return;
  const allowed = differing[key];
  assert.ok(allowed !== undefined, `${context.where}: ${String(our)} is not ${String(their)}`);
  const name = allowed(their, our);
  assert.ok(name !== null, `${context.where}: ${String(our)} is not ${String(their)}`);
  if (name !== "") context.met.note(name);
}

/** Fields whose values may differ: the name of the difference, "" if it depends on when one looks, null if not. */
const differing: Readonly<Record<string, (their: unknown, our: unknown) => string | null>> = {
  ErrorCode: (_their, our) => (our === 1 ? names.numbers : null),
  ErrorDescription: (_their, our) => (our === describeError(1) ? names.numbers : null),
  ErrorDetails: () => names.words,
  Progress: (their, our) => {
    if (our === 100) return names.done;
    return isOnTheWay(their) && isOnTheWay(our) ? "" : null;
  },
};

const isOnTheWay = (progress: unknown): boolean =>
  Number.isInteger(progress) && Number(progress) > 0 && Number(progress) < 67;

/** The same names, with values of the same types. */
function compareShape(theirs: unknown, ours: unknown, context: Context): void {
  assert.equal(typeof ours, typeof theirs, context.where);
  assert.equal(Array.isArray(ours), Array.isArray(theirs), context.where);
  if (typeof theirs !== "object" || theirs === null || Array.isArray(theirs)) return;
  const [their, our] = [theirs, ours] as readonly Readonly<Record<string, unknown>>[];
  assert.deepEqual(Object.keys(our ?? {}).toSorted(), Object.keys(their ?? {}).toSorted());
  for (const [key, value] of Object.entries(their ?? {})) compareShape(value, our?.[key], context);
}

/** Where Orthanc says nothing, ours explains; where it says something, ours says that and more. */
function compareRefusal(exchange: Exchange, answer: Answer, met: Met): void {
  const where = about(exchange);
  assert.equal(answer.headers["content-type"], "application/json; charset=utf-8", where);
  const ours = answer.json as Readonly<Record<string, unknown>>;
  assert.equal(ours["HttpStatus"], answer.status, where);
  assert.equal(typeof ours["Details"], "string", where);
  const { json, status } = exchange.response;
  if (typeof json !== "object" || json === null) return met.note("refusals-have-bodies");
  if (status !== answer.status) return;
  met.note("error-bodies-are-json");
  const theirs = json as Readonly<Record<string, unknown>>;
  for (const key of ["HttpError", "HttpStatus", "Method"]) {
    assert.equal(ours[key], theirs[key], `${where}: ${key}`);
  }
  if (ours["OrthancStatus"] !== theirs["OrthancStatus"]) met.note("numbers-of-errors");
}

/** A time as it is shown: epoch milliseconds. */
export function milliseconds(text: unknown): number {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d\.\d{3})\d{3}$/.exec(String(text));
  assert.ok(parts, `${String(text)} is a time`);
  const [, year, month, day, hour, minute, second] = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
