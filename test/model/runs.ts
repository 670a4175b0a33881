import { park } from "./parking.ts";
import type { ReviveAnswer } from "./plan.ts";
import { afterEnd, finalize, finish, hear, move, saveState } from "./moves.ts";
import {
  canBegin,
  newPayload,
  type Later,
  type ModelJob,
  type ModelPayload,
  type Result,
  type World,
} from "./world.ts";

/** A run whose last checkpoint is older takes one before its next step; milliseconds. */
const checkpointAfterMs = 250;

/** A reset that is called again only if the crash came before it was in the store. */
export const maybeReset = "reset?";

/**
 * Whether a job that is due at once, or a submit that waits for room, is the first to be pending is
 * anybody's guess: where room is short nothing is due at once.
 */
export const retryDelay = ({ settings }: World, ms: number): number =>
  settings.limitJobs > 0 ? Math.max(ms, 1) : ms;

/** When somebody who is let in enters: before all else that happens, or when nothing else does. */
export type Enters = "first" | "in turn" | "last";

interface Manner {
  /** False: nothing is parked meanwhile. */
  readonly parks?: boolean;
  readonly enters?: Enters;
  /** What comes before each thing that happens. */
  readonly between?: ((world: World) => void) | undefined;
}

/** Everything that happens by itself, until there is nothing left that can. */
export function goOn(world: World, manner: Manner = {}): void {
  const { parks = true, enters = "in turn", between } = manner;
  for (;;) {
    settle(world);
    between?.(world);
    if (parks) park(world);
    const [next] = world.later.splice(placeOfNext(world, enters), 1);
    if (next === undefined) return;
    happen(world, next);
  }
}

function placeOfNext({ later }: World, enters: Enters): number {
  if (enters === "in turn") return 0;
  const place = later.findIndex(({ kind }) => (kind === "enter") === (enters === "first"));
  return Math.max(place, 0);
}

function happen(world: World, next: Later): void {
  switch (next.kind) {
    case "ended":
      return afterEnd(world, next);
    case "enter":
      return enter(world, next.job, next.since);
    case "begin":
      // It leaves room for another at once.
      world.later.unshift({ kind: "run", job: next.job });
      return;
    case "run":
      return beginRun(world, next.job);
    case "obey":
      if (next.payload.step === next.step) stepReturns(world, next.payload, { kind: "continue" });
  }
}

/** Gives slots and room to those who are next, as long as there are any. */
export function settle(world: World): void {
  for (;;) {
    const job = nextToStart(world);
    if (job !== null) start(world, job);
    else if (!letFirstIn(world)) return;
  }
}

/** The first by priority and place whose time has come and whom no limit holds. */
export function nextToStart(world: World): ModelJob | null {
  const running = world.jobs.filter(({ stage }) => stage === "running");
  if (running.length >= world.settings.slots) return null;
  const [first = null] = world.jobs
    .filter((job) => job.stage === "pending" && !job.delayed && canBegin(world, job))
    .filter((job) => hasPlace(world, job, running))
    .toSorted((a, b) => b.priority - a.priority || a.order - b.order);
  return first;
}

function hasPlace(world: World, job: ModelJob, running: readonly ModelJob[]): boolean {
  const { type } = job.plan;
  const { key } = job.wish;
  const ofType = running.filter(({ plan }) => plan.type === type).length;
  const ofKey = running.filter(({ wish }) => wish.key === key).length;
  const mostOfType = world.settings.perType[type] ?? 0;
  const mostOfKey = key === null ? 0 : limitOfKey(world, key);
  return (mostOfType === 0 || ofType < mostOfType) && (mostOfKey === 0 || ofKey < mostOfKey);
}

/** An exact name goes before a beginning. */
function limitOfKey({ settings }: World, key: string): number {
  const beginning = Object.keys(settings.perKey).find(
    (name) => name.endsWith("*") && key.startsWith(name.slice(0, -1)),
  );
  return settings.perKey[key] ?? (beginning === undefined ? 0 : (settings.perKey[beginning] ?? 0));
}

export function hasRoom({ settings, jobs, later }: World): boolean {
  const { limitJobs } = settings;
  const pending = jobs.filter(({ stage }) => stage === "pending").length;
  // Those who were let in and have not entered yet, and whose run has not begun yet.
  const onTheWay = later.filter(({ kind }) => kind === "enter" || kind === "begin").length;
  return limitJobs === 0 || pending + onTheWay < limitJobs;
}

function letFirstIn(world: World): boolean {
  const [first] = world.line;
  if (first === undefined || !hasRoom(world)) return false;
  world.line.shift();
  world.later.push({ kind: "enter", job: first.job, since: first.since });
  return true;
}

/** The engine takes the job. `since`: when it was submitted. */
export function enter(world: World, job: ModelJob, since: number): void {
  world.order += 1;
  const { priority, startAfterMs } = job.wish;
  Object.assign(job, { stage: "pending", priority, order: world.order, changedAt: since });
  job.startAt = startAfterMs === 0 ? null : since + startAfterMs;
  job.delayed = job.startAt !== null && job.startAt > world.now;
  if (job.payload !== null) job.payload.owner = "engine";
  if (job.plan.saved) job.saved = { least: 0, most: 0, checkedAt: 0, checkpoint: null };
  // Of one that cannot be saved nobody waits for the record.
  hear(world, job, "submitted", job.plan.saved ? "no" : "at once");
}

function start(world: World, job: ModelJob): void {
  move(world, job, "running");
  world.later.push({ kind: "begin", job });
}

function beginRun(world: World, job: ModelJob): void {
  world.begun += 1;
  if (job.saved !== null) job.saved.checkedAt = world.now;
  if (job.payload !== null) return prepare(world, job, job.payload);
  job.reviving = true;
  revived(world, job, world.revives.get(job.plan.type) ?? "job");
}

/** `revive` has answered. */
export function revived(world: World, job: ModelJob, answer: ReviveAnswer): void {
  switch (answer) {
    case "hold":
      return;
    case "not-mine":
      job.reviving = false;
      job.disowned = true;
      return goBack(world, job);
    case "throw":
      job.reviving = false;
      job.lastError = "CANNOT_REVIVE";
      return finish(world, job, "CANNOT_REVIVE");
    case "job":
      job.reviving = false;
      job.payload = newPayload(world, job, "engine");
      if (job.saved !== null) {
        job.payload.born = { least: job.saved.least, most: job.saved.most };
        job.payload.work = job.saved.most;
      }
      return prepare(world, job, job.payload);
  }
}

/** The run is over without a step: the job is where it was, but for what was asked meanwhile. */
function goBack(world: World, job: ModelJob): void {
  const { requested } = job;
  if (requested === "cancel") return finish(world, job, "JOB_CANCELED");
  move(world, job, requested === "pause" ? "paused" : "pending");
}

function prepare(world: World, job: ModelJob, payload: ModelPayload): void {
  if (job.resetDue !== false) {
    payload.calls.push(job.resetDue === "maybe" ? maybeReset : "reset");
    payload.work = 0;
    job.resetDue = false;
    job.resetAt = world.now;
    saveState(job);
  }
  beginStep(world, payload);
}

function beginStep(world: World, payload: ModelPayload): void {
  payload.calls.push("step");
  payload.step = { began: world.now, timedOut: false, hasSaved: false, detached: false };
  if (payload.job.requested !== "nothing") tellStep(world, payload);
}

/** The signal of its step fires: one that listens returns. */
export function tellStep(world: World, payload: ModelPayload): void {
  const { step, job } = payload;
  if (step !== null && job.plan.listens) world.later.push({ kind: "obey", payload, step });
}

/** A step has returned; what follows of it. */
export function stepReturns(world: World, payload: ModelPayload, result: Result): void {
  const { step, job } = payload;
  payload.step = null;
  if (step === null) throw new Error("the model has no such step");
  if (step.detached) return lateReturn(world, payload);
  if (step.timedOut && (result.kind === "continue" || result.kind === "retry")) {
    return fails(world, payload, { code: "STEP_TIMED_OUT", retryable: true, last: "timed-out" });
  }
  switch (result.kind) {
    case "success":
      payload.calls.push("stop:success");
      saveState(job);
      return finish(world, job, null);
    case "failure":
      return fails(world, payload, { ...result, last: "failure" });
    case "retry":
      return endOrRetry(world, payload, result.afterMs ?? job.wish.firstDelayMs);
    case "continue":
      if (job.requested !== "nothing") return endOrRetry(world, payload, 0);
      checkpoint(world, payload);
      return beginStep(world, payload);
  }
}

/** A step that had been left alone. */
function lateReturn(world: World, payload: ModelPayload): void {
  const { job } = payload;
  payload.calls.push("stop:timed-out");
  if (payload.finalizeOwed) finalize(payload);
  if (!job.detached) return;
  job.detached = false;
  // Its record is as it was.
  if (job.stage === "failed") hear(world, job, "failed", "at once");
}

function fails(
  world: World,
  payload: ModelPayload,
  { code, retryable, last }: { code: string; retryable: boolean; last: string },
): void {
  const { job } = payload;
  job.lastError = code;
  if (retryable) {
    job.attempts += 1;
    if (job.attempts < job.wish.maxAttempts) return endOrRetry(world, payload, delayOf(job));
  }
  payload.calls.push(`stop:${last}`);
  saveState(job);
  finish(world, job, code);
}

function delayOf({ wish, attempts }: ModelJob): number {
  let delay = wish.firstDelayMs;
  for (let failure = 1; failure < attempts; failure += 1) delay *= wish.factor;
  return Math.min(delay, wish.capMs);
}

/** What was asked is honoured now; else the job waits for its time. */
function endOrRetry(world: World, payload: ModelPayload, delayMs: number): void {
  const { job } = payload;
  saveState(job);
  switch (job.requested) {
    case "cancel":
      payload.calls.push("stop:canceled");
      return finish(world, job, "JOB_CANCELED");
    case "pause":
      payload.calls.push("stop:paused");
      return move(world, job, "paused");
    case "nothing":
      payload.calls.push("stop:retry");
      job.dueAt = world.now + delayMs;
      return move(world, job, "retrying");
  }
}

function checkpoint(world: World, { job, work }: ModelPayload): void {
  const { saved } = job;
  if (saved === null || world.now - saved.checkedAt <= checkpointAfterMs) return;
  // The one before is in the store by now.
  saved.least = saved.checkpoint ?? saved.least;
  Object.assign(saved, { most: work, checkedAt: world.now, checkpoint: work });
}
