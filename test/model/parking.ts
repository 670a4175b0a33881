import assert from "node:assert/strict";
import { letGo } from "./moves.ts";
import { canRevive, type ModelJob, type World } from "./world.ts";

/** Too many payloads of jobs that wait: those of the jobs that start last go. */
export function park(world: World): void {
  const { maxPayloads } = world.settings;
  if (maxPayloads === 0) return;
  const waiting = fitOf(world);
  // Whom a limit holds may start later than others behind it.
  const candidates = hasLimits(world) ? waiting.filter((job) => isFinalized(world, job)) : waiting;
  for (const job of candidates.slice(0, Math.max(waiting.length - maxPayloads, 0))) letGo(job);
}

/**
 * What only the real host knows. A job that was given a slot may still have
 * counted when another came: then more were parked than had to be. Without limits that changes
 * nothing of the order in which they are.
 */
export function learnParked(world: World): void {
  const { maxPayloads } = world.settings;
  if (maxPayloads === 0) return;
  let count = fitOf(world).length + world.begun;
  world.begun = 0;
  for (const job of fitOf(world)) {
    const isLearned = isFinalized(world, job);
    if (!isLearned && !hasLimits(world)) return;
    if (!isLearned || count <= maxPayloads) continue;
    letGo(job);
    count -= 1;
  }
  const left = fitOf(world).length;
  assert.ok(left <= maxPayloads, `${left} jobs wait with payloads, not ${maxPayloads} at most`);
}

const isFinalized = ({ finalized }: World, { payload }: ModelJob): boolean =>
  payload !== null && finalized.has(payload.label);

const hasLimits = ({ settings }: World): boolean =>
  [settings.perType, settings.perKey].some((limits) => Object.keys(limits).length > 0);

/** The pending jobs that can be parked; who starts last is the first. */
const fitOf = (world: World): readonly ModelJob[] =>
  world.jobs
    .filter(({ stage }) => stage === "pending")
    .filter((job) => isFit(world, job))
    .toSorted(startsLast);

/** Whether its payload can be made again as it is: nothing was done to it that is not stored. */
const isFit = (world: World, job: ModelJob): boolean =>
  job.payload !== null && canRevive(world, job) && job.resetDue === false;

/** Who is not due for long, then the lowest in the queue. */
function startsLast(a: ModelJob, b: ModelJob): number {
  if (a.delayed !== b.delayed) return a.delayed ? -1 : 1;
  if (a.delayed) return (b.startAt ?? 0) - (a.startAt ?? 0) || b.order - a.order;
  return a.priority - b.priority || b.order - a.order;
}
