import assert from "node:assert/strict";
import type { EngineEvent } from "../../src/ports/job-event.ts";
import type { JobInfo } from "../../src/ports/job.ts";
import type { Life } from "./real/life.ts";
import type { Puppet } from "./real/puppet.ts";
import type { Real } from "./real/real.ts";
import { learnParked } from "./parking.ts";
import { maybeReset } from "./runs.ts";
import { canBegin, isKnown, type ModelJob, type ModelPayload, type World } from "./world.ts";

/** Whatever the model says must be so of the real host, and nothing else. */
export function compare(world: World, real: Real): void {
  const { life } = real;
  for (const payload of world.payloads) learnWork(payload, life.puppets.get(payload.label));
  learnParked(world);
  const jobs = life.jobs().map(shown);
  for (const job of jobs) learnChangedAt(world, job);
  assert.deepEqual(jobs, expectedJobs(world), "the jobs, in their order");
  comparePayloads(world, life);
  assert.deepEqual(toldOf(life.events, real), expectedTold(world), "what observers heard");
  assert.deepEqual(endsOf(life.events, real), world.ends, "in which order jobs ended");
  assert.deepEqual(real.waits, world.waiters.map(expectedWait), "those who wait");
  const inLine = world.line.map(({ job }) => job.plan.name);
  assert.deepEqual(real.unansweredSubmits(), inLine, "submits that wait for room");
  checkEvents(life.events);
}

/** After a crash only the real host knows how much of its work was saved; it must be enough. */
function learnWork(payload: ModelPayload, puppet: Puppet | undefined): void {
  const { born, calls, label } = payload;
  payload.born = null;
  if (puppet === undefined || born === null) return;
  const isReset = puppet.calls[0] === "reset";
  const began = calls[0] === maybeReset ? 0 : born.most;
  if (calls[0] === maybeReset) calls.splice(0, 1, ...(isReset ? ["reset"] : []));
  // What is reset begins anew, whatever it was.
  if (isReset) return;
  const isEnough = puppet.born >= born.least && puppet.born <= born.most;
  const range = `${born.least} to ${born.most}`;
  assert.ok(isEnough, `${label} was revived with work ${puppet.born}, not ${range}`);
  payload.work += puppet.born - began;
  const { saved } = payload.job;
  if (saved !== null) Object.assign(saved, { least: puppet.born, most: payload.work });
}

/** Whether its start was in the store only the real host knows, too. */
function learnChangedAt({ jobs }: World, { name, state, changedAt }: Shown): void {
  const job = jobs.find(({ plan }) => plan.name === name);
  if (job?.stage !== "pending" || state !== "pending") return;
  if (job.pendingSince.includes(changedAt)) job.changedAt = changedAt;
  job.pendingSince = [];
}

export function comparePayloads(world: World, { puppets, engine }: Life): void {
  const expected = world.payloads.map(({ label, calls }) => [label, ...calls].join(" "));
  const found = [...puppets].map(([label, { calls }]) => [label, ...calls].join(" "));
  assert.deepEqual(found.toSorted(), expected.toSorted(), "what was called on the payloads");
  const faults = [...puppets.values()].flatMap((puppet) => puppet.faults);
  assert.deepEqual(faults, [], "callbacks at the wrong time");
  for (const { label, work } of world.payloads) {
    assert.equal(puppets.get(label)?.work, work, `the work of ${label}`);
  }
  const has = (owner: ModelPayload["owner"]): number =>
    world.payloads.filter((payload) => payload.owner === owner).length;
  assert.deepEqual(
    engine.payloads,
    {
      created: world.payloads.length,
      finalized: has("nobody"),
      live: has("plugin"),
      owned: has("engine"),
    },
    "who has the payloads",
  );
}

/** What a query shows of a job, as far as the model knows of it. */
interface Shown {
  readonly name: unknown;
  readonly state: string;
  readonly requested: string;
  readonly priority: number;
  readonly key: string | null;
  readonly startAt: number | null;
  readonly dueAt: number | null;
  readonly changedAt: number;
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly error: string | null;
  readonly lastError: string | null;
  readonly waitsForType: boolean;
  readonly detached: boolean;
}

const shown = (job: JobInfo): Shown => ({
  name: job.userData,
  state: job.state,
  requested: job.requested,
  priority: job.priority,
  key: job.key,
  startAt: job.startAt,
  dueAt: job.dueAt,
  changedAt: job.changedAt,
  attempts: job.attempts,
  maxAttempts: job.maxAttempts,
  error: job.error?.code ?? null,
  lastError: job.lastError?.code ?? null,
  waitsForType: job.waitsForType,
  detached: job.detached,
});

function expectedJobs(world: World): readonly Shown[] {
  const known = world.jobs.filter(isKnown).toSorted((a, b) => a.order - b.order);
  return known.map((job) => ({
    name: job.plan.name,
    state: job.stage,
    requested: job.requested,
    priority: job.priority,
    key: job.wish.key,
    startAt: job.startAt,
    dueAt: job.dueAt,
    changedAt: job.changedAt,
    attempts: job.attempts,
    maxAttempts: job.wish.maxAttempts,
    error: job.error,
    lastError: job.lastError,
    waitsForType: job.stage === "pending" && !canBegin(world, job),
    detached: job.detached,
  }));
}

const expectedWait = (waiter: World["waiters"][number]): Real["waits"][number] => ({
  name: waiter.job.plan.name,
  answer: waiter.answer,
});

type Told = Readonly<Record<string, string>>;

const expectedTold = ({ jobs }: World): Told =>
  Object.fromEntries(
    jobs
      .filter(({ told }) => told.length > 0)
      .map((job: ModelJob) => [job.plan.name, job.told.join("; ")]),
  );

/** What was told of each job, in order. */
function toldOf(events: readonly EngineEvent[], { names }: Real): Told {
  const told = new Map<string, string[]>();
  for (const event of events) {
    const id = "job" in event ? event.job.id : event.id;
    const word = wordOf(event);
    const name = names.get(id ?? "");
    if (word === null || name === undefined) continue;
    told.set(name, [...(told.get(name) ?? []), word]);
  }
  return Object.fromEntries([...told].map(([name, words]) => [name, words.join("; ")]));
}

/** Who was told to have ended, in order. */
function endsOf(events: readonly EngineEvent[], { names }: Real): readonly string[] {
  return events.flatMap((event) => {
    if (event.kind !== "changed" || event.from === event.job.state) return [];
    const { id, state } = event.job;
    return state === "succeeded" || state === "failed" ? [names.get(id) ?? id] : [];
  });
}

function wordOf(event: EngineEvent): string | null {
  switch (event.kind) {
    case "submitted":
    case "forgotten":
      return event.kind;
    case "changed": {
      const { state, requested, detached } = event.job;
      const asked = requested === "nothing" ? "" : `, ${requested}`;
      return `${state}${asked}${detached ? ", detached" : ""}`;
    }
    case "progressed":
    case "reported":
    case "logged":
      return null;
  }
}

/** Each change begins where the one before has ended. */
function checkEvents(events: readonly EngineEvent[]): void {
  const states = new Map<string, string>();
  for (const event of events) {
    if (!("job" in event)) continue;
    const { id, state } = event.job;
    const before = states.get(id);
    if (event.kind === "changed" && before !== undefined) {
      assert.equal(event.from, before, `${id} is told to come from another state than was told`);
    }
    states.set(id, state);
  }
}
