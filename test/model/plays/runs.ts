import { command, pick, type Command } from "../game.ts";
import { ownFailure, type ReviveAnswer, type StepAnswer } from "../plan.ts";
import { retryDelay, revived, stepReturns } from "../runs.ts";
import { work, type ModelJob, type ModelPayload, type Result, type World } from "../world.ts";

/** A step that is held answers. */
export function answerStep(number: number, given: StepAnswer): Command {
  return command({
    text: `step(${number}) answers ${JSON.stringify(given)}`,
    can: (world) => stepping(world).length > 0,
    run(world, real) {
      const payload = pick(stepping(world), number);
      if (payload === null) return;
      real.life.puppet(payload.label).answer(answerInModel(world, payload, given));
    },
  });
}

/** The model's part; what the real step is to answer. */
export function answerInModel(world: World, payload: ModelPayload, given: StepAnswer): StepAnswer {
  const answer = inTime(world, given);
  if (answer.kind === "continue" || answer.kind === "retry") work(payload);
  stepReturns(world, payload, resultOf(answer));
  return answer;
}

/** A step saves its state, and goes on. */
export function saveInStep(number: number): Command {
  return command({
    text: `checkpoint(${number})`,
    can: (world) => stepping(world).some(({ step }) => step?.detached === false),
    async run(world, real) {
      const some = stepping(world).filter(({ step }) => step?.detached === false);
      const payload = pick(some, number);
      if (payload === null) return;
      const { job, step } = payload;
      payload.work += 1;
      if (step !== null) step.hasSaved = true;
      if (job.saved !== null) {
        const saved = { least: payload.work, most: payload.work, checkpoint: null };
        Object.assign(job.saved, saved, { checkedAt: world.now });
        job.resetAt = null;
      }
      await real.life.puppet(payload.label).checkpoint();
    },
  });
}

/** From now on `revive` of this type answers so. */
export function setRevive(type: string, answer: ReviveAnswer): Command {
  return command({
    text: `revive of ${type} answers ${answer}`,
    can: () => true,
    run(world, real) {
      world.revives.set(type, answer);
      real.life.revives.set(type, answer);
    },
  });
}

/** A `revive` that has not answered yet answers. */
export function finishRevive(number: number, answer: ReviveAnswer): Command {
  return command({
    text: `held revive(${number}) answers ${answer}`,
    can: (world) => reviving(world).length > 0,
    run(world, real) {
      const job = pick(reviving(world), number);
      if (job === null) return;
      real.life.answerRevive(job.plan.name, answer);
      revived(world, job, answer);
    },
  });
}

function inTime(world: World, answer: StepAnswer): StepAnswer {
  if (answer.kind !== "retry" || answer.afterMs === null) return answer;
  return { kind: "retry", afterMs: retryDelay(world, answer.afterMs) };
}

export const stepping = ({ payloads }: World): readonly ModelPayload[] =>
  payloads.filter(({ step }) => step !== null);

const reviving = ({ jobs }: World): readonly ModelJob[] => jobs.filter((job) => job.reviving);

function resultOf(answer: StepAnswer): Result {
  switch (answer.kind) {
    case "success":
    case "continue":
    case "retry":
      return answer;
    case "failure":
      return { kind: "failure", code: ownFailure, retryable: answer.retryable };
    case "throw":
      return { kind: "failure", code: "STEP_THREW", retryable: answer.retryable };
  }
}
