import { act, create, submit, type Answer } from "../calls.ts";
import { pick } from "../game.ts";
import type { Action, Plan, StepAnswer, Wish } from "../plan.ts";
import type { Cell, Real } from "../real/real.ts";
import { retryDelay } from "../runs.ts";
import type { World } from "../world.ts";
import { target } from "./calls.ts";
import { answerInModel, stepping } from "./runs.ts";

/** Something that is done while the store is in trouble. */
export type Deed =
  | { readonly kind: "act"; readonly number: number; readonly action: Action }
  | { readonly kind: "answer"; readonly number: number; readonly answer: StepAnswer }
  | { readonly kind: "submit"; readonly parts: Omit<Plan, "name">; readonly wish: Wish };

/** The same, when it is known to which job. */
export interface Done {
  readonly name: string;
  /** Null: nobody is answered. */
  readonly expected: Answer | null;
  /** REQUIRES: called after the model's part. */
  readonly inReality: (real: Real) => Cell | null;
}

/** Does the model's part; null: there is nothing to do it to. */
export function doInModel(world: World, deed: Deed): Done | null {
  switch (deed.kind) {
    case "act":
      return actInModel(world, deed.number, deed.action);
    case "answer":
      return stepInModel(world, deed.number, deed.answer);
    case "submit": {
      const name = `j${world.jobs.length}`;
      const plan = { name, ...deed.parts };
      const wish = { ...deed.wish, firstDelayMs: retryDelay(world, deed.wish.firstDelayMs) };
      const expected = submit(world, create(world, plan, wish));
      const inReality = (real: Real): Cell => {
        real.create(plan);
        return real.submit(name, wish);
      };
      return { name, expected, inReality };
    }
  }
}

function actInModel(world: World, number: number, action: Action): Done | null {
  const job = target(world, number, action);
  if (job === null) return null;
  const { name } = job.plan;
  return { name, expected: act(world, job, action), inReality: (real) => real.act(name, action) };
}

function stepInModel(world: World, number: number, given: StepAnswer): Done | null {
  const payload = pick(stepping(world), number);
  if (payload === null) return null;
  const answer = answerInModel(world, payload, given);
  const inReality = (real: Real): null => {
    real.life.puppet(payload.label).answer(answer);
    return null;
  };
  return { name: payload.job.plan.name, expected: null, inReality };
}
