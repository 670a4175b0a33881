import assert from "node:assert/strict";
import { abort, act, create, free, register, submit, waits, type Answer } from "../calls.ts";
import { command, pick, type Command } from "../game.ts";
import type { Action, Plan, Wish } from "../plan.ts";
import { retryDelay } from "../runs.ts";
import type { Cell, Real } from "../real/real.ts";
import { isFinished, isKnown, type ModelJob, type World } from "../world.ts";

type Parts = Omit<Plan, "name">;

/** Makes a job, and submits it. */
export function submitNew(parts: Parts, wish: Wish): Command {
  return command({
    text: `submit(${words(parts)}, ${words(wish)})`,
    can: () => true,
    run: (world, real) => submitJob(world, real, createJob(world, real, parts, wish)),
  });
}

export function createNew(parts: Parts, wish: Wish): Command {
  return command({
    text: `create(${words(parts)}, ${words(wish)})`,
    can: () => true,
    run: (world, real) => void createJob(world, real, parts, wish),
  });
}

/** Submits one that has a handle in this life, whether that is still good or not. */
export function submitAgain(number: number): Command {
  return command({
    text: `submitAgain(${number})`,
    can: (world) => withHandle(world).length > 0,
    async run(world, real) {
      const job = pick(withHandle(world), number);
      if (job !== null) await submitJob(world, real, job);
    },
  });
}

export function freeOne(number: number): Command {
  return command({
    text: `free(${number})`,
    can: (world) => withHandle(world).length > 0,
    run(world, real) {
      const job = pick(withHandle(world), number);
      if (job !== null) assert.equal(real.free(job.plan.name), free(job), "free");
    },
  });
}

/** Whoever submitted it waits no longer for room. */
export function abortOne(number: number): Command {
  return command({
    text: `abort(${number})`,
    can: (world) => world.line.length > 0,
    async run(world, real) {
      const first = pick(world.line, number);
      if (first === null) return;
      await real.abort(first.job.plan.name);
      abort(world, first.job);
    },
  });
}

/** Users do these things at the same time. */
export function actOn(all: readonly (readonly [number: number, action: Action])[]): Command {
  return command({
    text: all.map(([number, action]) => `${words(action)} on ${number}`).join(" and "),
    can: (world) => submitted(world).length > 0,
    async run(world, real) {
      const expected: Answer[] = [];
      const cells: Cell[] = [];
      for (const [number, action] of all) {
        const job = target(world, number, action);
        if (job === null) continue;
        expected.push(act(world, job, action));
        cells.push(real.act(job.plan.name, action));
      }
      await real.life.settle();
      const answers = cells.map(({ answer }) => answer);
      assert.deepEqual(answers, expected, "what the calls answered");
    },
  });
}

export function registerType(type: string): Command {
  return command({
    text: `register(${type})`,
    can: () => true,
    run(world, real) {
      assert.equal(real.register(type), register(world, type), "registerType");
    },
  });
}

/** Somebody waits for the end of a job. */
export function waitFor(number: number): Command {
  return command({
    text: `wait(${number})`,
    can: (world) => world.jobs.some(isKnown),
    async run(world, real) {
      const job = pick(world.jobs.filter(isKnown), number);
      if (job === null) return;
      world.waiters.push({ job, answer: isFinished(job) ? job.stage : null });
      await real.wait(job.plan.name);
    },
  });
}

// oxlint-disable-next-line max-params -- the model, the real thing, and what both get
function createJob(world: World, real: Real, parts: Parts, wish: Wish): ModelJob {
  const plan = { name: `j${world.jobs.length}`, ...parts };
  real.create(plan);
  return create(world, plan, { ...wish, firstDelayMs: retryDelay(world, wish.firstDelayMs) });
}

async function submitJob(world: World, real: Real, job: ModelJob): Promise<void> {
  const expected = submit(world, job);
  const cell = real.submit(job.plan.name, job.wish);
  await real.life.settle();
  assert.equal(cell.answer ?? waits, expected, `submit of ${job.plan.name}`);
}

const withHandle = ({ jobs }: World): readonly ModelJob[] =>
  jobs.filter(({ first }) => first !== null);

/** A job that something is done to: mostly one to which it matters. */
export function target(world: World, number: number, { kind }: Action): ModelJob | null {
  const all = submitted(world);
  const some = number % 4 === 0 ? [] : all.filter((job) => matters(job, kind));
  return pick(some.length > 0 ? some : all, number);
}

function matters({ stage, requested }: ModelJob, kind: Action["kind"]): boolean {
  switch (kind) {
    case "resume":
      return stage === "paused" || requested === "pause";
    case "resubmit":
      return stage === "failed";
    case "delete":
      return stage === "failed" || stage === "succeeded";
    case "pause":
    case "cancel":
    case "set-priority":
      return stage !== "failed" && stage !== "succeeded";
  }
}

/** Those that are known, and the first that is not any more. */
function submitted({ jobs }: World): readonly ModelJob[] {
  const gone = jobs.filter((job) => job.order > 0 && !isKnown(job));
  return [...jobs.filter(isKnown), ...gone.slice(0, 1)];
}

const words = (value: object): string => JSON.stringify(value);
