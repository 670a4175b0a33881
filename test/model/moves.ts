import {
  canRevive,
  isFinished,
  version,
  type Later,
  type ModelJob,
  type ModelPayload,
  type Version,
  type Waiting,
  type World,
} from "./world.ts";

/** A job comes into another state, or is asked something; whoever observes hears of it. */
export function move(world: World, job: ModelJob, stage: Waiting | "running"): void {
  job.pendingSince = stage === "running" ? [...job.pendingSince, job.changedAt] : [];
  if (job.stage !== stage) job.changedAt = world.now;
  job.stage = stage;
  job.requested = "nothing";
  if (stage !== "retrying") job.dueAt = null;
  job.delayed = stage === "pending" && job.startAt !== null && job.startAt > world.now;
  job.resetAt = null;
  tell(world, job, stage === "running" ? "at once" : "committed");
}

/** What is asked of a running job. */
export function ask(world: World, job: ModelJob, requested: ModelJob["requested"]): void {
  job.requested = requested;
  tell(world, job);
}

/** The end of a job; `error` null: it has succeeded. */
export function finish(world: World, job: ModelJob, error: string | null): void {
  job.stage = error === null ? "succeeded" : "failed";
  Object.assign(job, { error, changedAt: world.now, requested: "nothing", dueAt: null });
  job.resetDue = false;
  tell(world, job);
  world.ends.push(job.plan.name);
  world.later.push({ kind: "ended", job, stage: job.stage, order: job.order });
}

/** An end is committed: those who wait hear of it, and what nobody needs any more goes. */
export function afterEnd(world: World, { job, stage, order }: Ended): void {
  for (const waiter of world.waiters) {
    if (waiter.job === job) waiter.answer ??= stage;
  }
  // Something else may have been done to it since.
  if (job.stage !== stage || job.order !== order) return;
  // A failure keeps its payload if that is all there is of it.
  if (stage === "succeeded" || canRevive(world, job)) letGo(job);
  world.ended.push(job);
  forgetTheOldest(world);
}

type Ended = Extract<Later, { kind: "ended" }>;

/** More than are kept: the oldest go, successes and failures each by themselves. */
export function forgetTheOldest(world: World): void {
  const { succeededKept, failedKept } = world.settings;
  for (const [stage, kept] of [
    ["succeeded", succeededKept],
    ["failed", failedKept],
  ] as const) {
    const some = world.ended.filter((job) => job.stage === stage);
    for (const job of some.slice(0, Math.max(0, some.length - kept))) forget(world, job);
  }
}

/** The record is gone. */
export function forget(world: World, job: ModelJob): void {
  if (!isFinished(job)) throw new Error("the model forgets a job that has not ended");
  leaveHistory(world, job);
  job.stage = "gone";
  hear(world, job, "forgotten", "committed");
  letGo(job);
}

export function leaveHistory(world: World, job: ModelJob): void {
  world.ended = world.ended.filter((other) => other !== job);
}

/** Nobody needs the payload any more. */
export function letGo(job: ModelJob): void {
  const { payload } = job;
  job.payload = null;
  if (payload === null) return;
  if (payload.step === null) finalize(payload);
  else payload.finalizeOwed = true;
}

export function finalize(payload: ModelPayload): void {
  payload.calls.push("finalize");
  payload.owner = "nobody";
  payload.finalizeOwed = false;
}

/** What the payload says of itself now is stored with the next change. */
export function saveState(job: ModelJob): void {
  if (job.saved === null || job.payload === null) return;
  const { work } = job.payload;
  Object.assign(job.saved, { least: work, most: work, checkpoint: null });
}

function tell(world: World, job: ModelJob, told: Version["told"] = "committed"): void {
  const { stage, requested, detached } = job;
  const asked = requested === "nothing" ? "" : `, ${requested}`;
  hear(world, job, `${stage}${asked}${detached ? ", detached" : ""}`, told);
}

/** Observers hear this of a job. */
export function hear(world: World, job: ModelJob, word: string, told: Version["told"]): void {
  job.told.push(word);
  world.journal?.push(version(job, told));
}
