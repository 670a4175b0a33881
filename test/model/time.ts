import { finish, move } from "./moves.ts";
import { park } from "./parking.ts";
import { goOn, settle, tellStep, type Enters } from "./runs.ts";
import type { ModelJob, ModelPayload, World } from "./world.ts";

/** How long a step has to return after it was told that its time is over; milliseconds. */
const graceMs = 5_000;

/** Something that happens because it is time. */
interface Occurrence {
  readonly at: number;
  readonly happen: (world: World) => void;
}

/** The next moment until then (included) at which something happens; null: nothing does. */
export function nextMoment(world: World, until: number): number | null {
  const times = occurrences(world).map(({ at }) => at);
  const next = Math.min(...times);
  return next <= until ? next : null;
}

/** How many things happen at this moment: each order in which they may is allowed. */
export const countAt = (world: World, moment: number): number =>
  occurrences(world).filter(({ at }) => at <= moment).length;

/** How things of one moment happen. */
export interface Course {
  readonly order: readonly number[];
  /** Each has its consequences before the next. */
  readonly isApart: boolean;
  /** Nothing is parked before all has happened. */
  readonly parksLast: boolean;
  /** What is due at once, because of what happened, goes before whatever else follows of that. */
  readonly isDueFirst: boolean;
  readonly enters: Enters;
}

/** Every course that so many things of one moment can take; `isEntering`: somebody may be let in. */
export function coursesOf(count: number, isEntering: boolean): readonly Course[] {
  let orders: number[][] = [[]];
  for (let place = 0; place < count; place += 1) {
    orders = orders.flatMap((order) =>
      Array.from({ length: order.length + 1 }, (_, at) => order.toSpliced(at, 0, place)),
    );
  }
  return (isEntering && count > 0 ? anyTime : inTurn).flatMap((enters) =>
    ways(count > 1).flatMap((isApart) =>
      ways(count > 1).flatMap((parksLast) =>
        ways(count > 0).flatMap((isDueFirst) =>
          orders.map((order) => ({ order, isApart, parksLast, isDueFirst, enters })),
        ),
      ),
    ),
  );
}

const ways = (isMany: boolean): readonly boolean[] => (isMany ? [false, true] : [false]);
const inTurn = ["in turn"] as const;
const anyTime = ["in turn", "first", "last"] as const;

/** It is that time. */
export function passTo(world: World, moment: number, course: Course): void {
  const due = occurrences(world).filter(({ at }) => at <= moment);
  world.now = Math.max(world.now, moment);
  const between = course.isDueFirst ? passAtOnce : undefined;
  const manner = { parks: !course.parksLast, enters: course.enters, between };
  for (const one of course.order.flatMap((place) => due[place] ?? [])) {
    one.happen(world);
    if (course.isApart) goOn(world, manner);
    else settle(world);
  }
  goOn(world, manner);
  if (course.parksLast) park(world);
  // What happens may bring about more, with a delay of nothing.
  const [next] = coursesOf(countAt(world, moment), false);
  if (due.length > 0 && next !== undefined)
    passTo(world, moment, { ...next, enters: course.enters });
}

/** What is due at once is before whatever else follows of what has happened. */
export function passAtOnce(world: World): void {
  for (const { at, happen } of occurrences(world)) if (at <= world.now) happen(world);
}

function occurrences(world: World): readonly Occurrence[] {
  return [
    ...world.jobs.flatMap(dueOf),
    ...startsOf(world),
    ...world.payloads.flatMap((payload) => timeOutsOf(payload)),
  ];
}

function dueOf({ stage, dueAt, plan }: ModelJob): readonly Occurrence[] {
  if (stage !== "retrying" || dueAt === null) return [];
  const happen = (world: World): void => {
    const job = world.jobs.find((one) => one.plan.name === plan.name);
    if (job?.stage === "retrying") move(world, job, "pending");
  };
  return [{ at: dueAt, happen }];
}

/** Delays that end at one moment end as one: the first in order starts first. */
function startsOf({ jobs }: World): readonly Occurrence[] {
  const times = jobs.flatMap(({ delayed, startAt }) =>
    delayed && startAt !== null ? [startAt] : [],
  );
  return [...new Set(times)].map((at) => ({ at, happen: (world) => endDelays(world, at) }));
}

function endDelays({ jobs }: World, at: number): void {
  for (const job of jobs) if (job.startAt === at) job.delayed = false;
}

function timeOutsOf({ label, job, step }: ModelPayload): readonly Occurrence[] {
  const { stepTimeoutMs } = job.wish;
  if (step === null || stepTimeoutMs === 0 || step.detached) return [];
  const at = step.began + stepTimeoutMs;
  if (step.timedOut) return [{ at: at + graceMs, happen: (world) => leaveAlone(world, label) }];
  return [{ at, happen: (world) => timeOut(world, label) }];
}

/** The time of a step is over. */
function timeOut(world: World, label: string): void {
  const payload = world.payloads.find((one) => one.label === label);
  if (payload?.step === undefined || payload.step === null) return;
  payload.step.timedOut = true;
  tellStep(world, payload);
}

/** Nobody waits for the step any more: its job has failed. */
function leaveAlone(world: World, label: string): void {
  const payload = world.payloads.find((one) => one.label === label);
  if (payload?.step === undefined || payload.step === null) return;
  const { job } = payload;
  payload.step.detached = true;
  job.detached = true;
  job.attempts += 1;
  job.lastError = "STEP_TIMED_OUT";
  if (job.saved !== null) job.saved.most = Math.max(job.saved.most, payload.work);
  finish(world, job, "STEP_TIMED_OUT");
}
