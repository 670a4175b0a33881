import { afterEnd, finalize, finish, forgetTheOldest, letGo, move, saveState } from "./moves.ts";
import { goOn } from "./runs.ts";
import {
  isFinished,
  isKnown,
  isWaiting,
  work,
  type ModelJob,
  type ModelStep,
  type World,
} from "./world.ts";

/** A checkpoint is in the store after so many milliseconds. */
const lagMs = 50;

/** What closing waits for steps, in milliseconds. */
export const drainTimeoutMs = 10_000;

/** A host is opened: with what the one before has left in the store, if it keeps anything. */
export function open(world: World): void {
  reload(world);
  world.registered = new Set(world.settings.types);
  goOn(world);
}

/** The process is gone, with every payload; what the store has is found by the next one. */
export function crash(world: World): void {
  for (const job of world.jobs) if (isKnown(job)) rememberState(world, job);
}

/** What of its steps is in the store when the process is gone. */
export function rememberState(world: World, job: ModelJob): void {
  const { saved, payload, resetAt } = job;
  if (saved === null) return;
  if (resetAt !== null && world.now - resetAt < lagMs) job.resetDue = "maybe";
  if (payload === null) return;
  const isStored = world.now - saved.checkedAt >= lagMs;
  if (saved.checkpoint !== null && isStored) saved.least = saved.checkpoint;
  saved.most = Math.max(saved.most, payload.work);
  saved.checkpoint = null;
}

function reload(world: World): void {
  for (const job of world.jobs) {
    if (isKnown(job) && world.durable) reloadJob(world, job);
    else job.stage = "gone";
    Object.assign(job, { payload: null, first: null, told: [] });
    Object.assign(job, { disowned: false, reviving: false, detached: false });
  }
  Object.assign(world, { line: [], waiters: [], payloads: [], ends: [], revives: new Map() });
  const ended = world.jobs.filter((job) => isFinished(job));
  // What ended in the same millisecond stays in the order of its places.
  world.ended = ended.toSorted((a, b) => a.changedAt - b.changedAt || a.order - b.order);
  forgetTheOldest(world);
}

export function reloadJob(world: World, job: ModelJob): void {
  if (isFinished(job)) return;
  if (job.saved === null) return failAtReload(world, job, "NOT_SAVED");
  const isDue = job.dueAt !== null && job.dueAt <= world.now;
  if (job.stage === "retrying" && isDue) move(world, job, "pending");
  if (job.stage === "running") returnToQueue(world, job);
  job.delayed = job.stage === "pending" && (job.startAt ?? 0) > world.now;
}

/** It ran: what was asked of it is honoured first. */
function returnToQueue(world: World, job: ModelJob): void {
  const { requested, pendingSince } = job;
  if (requested === "cancel") return failAtReload(world, job, "JOB_CANCELED");
  if (requested === "pause") return move(world, job, "paused");
  move(world, job, "pending");
  job.pendingSince = pendingSince;
}

function failAtReload(world: World, job: ModelJob, error: string): void {
  Object.assign(job, { stage: "failed", error, changedAt: world.now });
  Object.assign(job, { requested: "nothing", dueAt: null, resetDue: false });
}

/**
 * The host closes. Steps that listen end; the others answer "continue", or (`leaves`) nothing: then
 * they are left alone. Answers whether closing waits for them as long as it waits at all; "perhaps":
 * only for a step that was left alone before.
 */
export function close(world: World, leaves: boolean): "waits" | "perhaps" | "at once" {
  turnAway(world);
  for (const job of world.jobs) if (job.stage === "running") closeRun(world, job, leaves);
  for (const end of world.later.splice(0)) if (end.kind === "ended") afterEnd(world, end);
  const steps = world.payloads.flatMap(({ step }) => step ?? []);
  const isLate = world.jobs.some(({ reviving }) => reviving) || steps.some(isAwaited);
  for (const job of world.jobs.filter(isKnown)) endJob(world, job);
  if (isLate) return "waits";
  return steps.length > 0 ? "perhaps" : "at once";
}

/** Those who wait for room or for the end of a job hear that there will be none. */
function turnAway(world: World): void {
  for (const { job } of world.line.splice(0)) job.stage = "created";
  for (const waiter of world.waiters) waiter.answer ??= "CLOSING";
}

function endJob(world: World, job: ModelJob): void {
  rememberState(world, job);
  if (isWaiting(job)) job.payload?.calls.push("stop:closing");
  letGo(job);
}

const isAwaited = ({ detached }: ModelStep): boolean => !detached;

/** Its step says that it would go on, if it says anything. */
function closeRun(world: World, job: ModelJob, leaves: boolean): void {
  const { payload, requested } = job;
  if (payload === null || (leaves && !job.plan.listens)) return;
  if (!job.plan.listens) work(payload);
  payload.step = null;
  saveState(job);
  payload.calls.push(stopAtEnd[requested]);
  if (requested === "cancel") return finish(world, job, "JOB_CANCELED");
  if (requested === "pause") return move(world, job, "paused");
  move(world, job, "pending");
  // This stop was for the closing already.
  letGo(job);
}

const stopAtEnd = { nothing: "stop:closing", pause: "stop:paused", cancel: "stop:canceled" };

/** Its plugin is stopped: handles that were never submitted end, too. */
export function stopPlugin(world: World): void {
  for (const job of world.jobs) if (job.stage === "created") letGo(job);
}

/** The process goes on for a while, and the steps that were left alone return. */
export function returnLate(world: World): void {
  for (const payload of world.payloads) {
    if (payload.step === null) continue;
    const { requested } = payload.job;
    payload.calls.push(payload.step.detached ? "stop:timed-out" : stopAtEnd[requested]);
    work(payload);
    payload.step = null;
    finalize(payload);
  }
}
