import { ask, finish, forget, leaveHistory, letGo, move } from "./moves.ts";
import type { Action, Plan, Wish } from "./plan.ts";
import { enter, hasRoom, settle, tellStep } from "./runs.ts";
import {
  isFinished,
  isKnown,
  isWaiting,
  newJob,
  newPayload,
  version,
  type ModelJob,
  type World,
} from "./world.ts";

/** What a call answers: "ok", the code of its error, or that it has not answered yet. */
export type Answer = string;
export const waits: Answer = "(waits)";

export function create(world: World, plan: Plan, wish: Wish): ModelJob {
  const job = newJob(plan, wish);
  job.payload = newPayload(world, job, "plugin");
  job.first = job.payload;
  world.jobs.push(job);
  return job;
}

export function submit(world: World, job: ModelJob): Answer {
  const misuse = misuseOf(job);
  if (misuse !== null) return misuse;
  const { wish } = job;
  // First come, first served: nobody overtakes those who wait.
  if (world.line.length > 0 || !hasRoom(world)) {
    if (wish.noWait) return "QUEUE_FULL";
    job.stage = "in line";
    world.line.push({ job, wish, since: world.now });
    return waits;
  }
  enter(world, job, world.now);
  settle(world);
  return "ok";
}

/** Whoever waits for room gives up. */
export function abort(world: World, job: ModelJob): void {
  world.line = world.line.filter((one) => one.job !== job);
  job.stage = "created";
}

export function free(job: ModelJob): Answer {
  const misuse = misuseOf(job);
  if (misuse !== null) return misuse;
  letGo(job);
  job.stage = "gone";
  return "ok";
}

/** What is wrong with using the handle of a job; null: nothing. */
function misuseOf({ stage, first }: ModelJob): Answer | null {
  if (stage === "created") return null;
  if (stage === "in line") return "BUSY";
  return first?.owner === "engine" ? "ALREADY_SUBMITTED" : "STALE_HANDLE";
}

export function act(world: World, job: ModelJob, action: Action): Answer {
  if (!isKnown(job)) return "NOT_FOUND";
  const answer = perform(world, job, action);
  settle(world);
  return answer;
}

function perform(world: World, job: ModelJob, action: Action): Answer {
  switch (action.kind) {
    case "pause":
      return pause(world, job);
    case "cancel":
      return cancel(world, job);
    case "resume":
      return resume(world, job);
    case "resubmit":
      return resubmit(world, job);
    case "delete":
      if (!isFinished(job)) return "WRONG_STATE";
      forget(world, job);
      return "ok";
    case "set-priority":
      if (isFinished(job)) return "WRONG_STATE";
      job.priority = action.priority;
      world.journal?.push(version(job, "no"));
      return "ok";
  }
}

function pause(world: World, job: ModelJob): Answer {
  if (job.stage === "pending" || job.stage === "retrying") move(world, job, "paused");
  if (job.stage === "running" && job.requested === "nothing") asked(world, job, "pause");
  return "ok";
}

function cancel(world: World, job: ModelJob): Answer {
  if (job.stage === "running" && job.requested !== "cancel") asked(world, job, "cancel");
  if (!isWaiting(job)) return "ok";
  job.payload?.calls.push("stop:canceled");
  finish(world, job, "JOB_CANCELED");
  return "ok";
}

function asked(world: World, job: ModelJob, request: "pause" | "cancel"): void {
  ask(world, job, request);
  if (job.payload !== null) tellStep(world, job.payload);
}

function resume(world: World, job: ModelJob): Answer {
  if (job.stage === "running" && job.requested === "pause") {
    ask(world, job, "nothing");
    return "ok";
  }
  if (job.stage !== "paused") return "WRONG_STATE";
  move(world, job, "pending");
  return "ok";
}

function resubmit(world: World, job: ModelJob): Answer {
  if (job.stage !== "failed" || job.detached) return "WRONG_STATE";
  const startsOver = job.plan.resets && (job.payload !== null || job.saved !== null);
  if (!startsOver && job.saved === null) return "WRONG_STATE";
  if (startsOver) {
    job.resetDue = true;
  } else {
    letGo(job);
    job.saved = { least: 0, most: 0, checkedAt: 0, checkpoint: null };
  }
  leaveHistory(world, job);
  world.order += 1;
  Object.assign(job, { order: world.order, attempts: 0, error: null, lastError: null });
  job.startAt = null;
  move(world, job, "pending");
  return "ok";
}

/** Registers a type; the jobs that have waited for it may start. */
export function register(world: World, type: string): Answer {
  if (world.registered.has(type)) return "NAME_TAKEN";
  world.registered.add(type);
  settle(world);
  return "ok";
}
