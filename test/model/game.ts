import type * as fc from "fast-check";
import { compare } from "./compare.ts";
import type { Real } from "./real/real.ts";
import { goOn } from "./runs.ts";
import { countAt, coursesOf, nextMoment, passAtOnce, passTo } from "./time.ts";
import type { World } from "./world.ts";

/** The model's side of a sequence of commands. */
export interface Game {
  world: World;
}

export type Command = fc.AsyncCommand<Game, Real>;

/** A command: when it makes sense, and what it does to both. Afterwards both are compared. */
export interface Play {
  readonly text: string;
  readonly can: (world: World) => boolean;
  readonly run: (world: World, real: Real) => Promise<void> | void;
}

export function command({ text, can, run }: Play): Command {
  return {
    check: ({ world }) => can(world),
    async run(game, real) {
      await run(game.world, real);
      await real.life.settle();
      game.world.finalized = real.life.finalized();
      await passBy(game, real, 0);
    },
    toString: () => text,
  };
}

/** Time goes by, from one moment at which something happens to the next. */
export function passing(ms: number): Command {
  return {
    check: () => true,
    run: (game, real) => passBy(game, real, ms),
    toString: () => `advance(${ms})`,
  };
}

async function passBy(game: Game, real: Real, ms: number): Promise<void> {
  const until = game.world.now + ms;
  for (;;) {
    const moment = nextMoment(game.world, until) ?? until;
    if (moment > game.world.now) await real.life.advance(moment - game.world.now);
    game.world.finalized = real.life.finalized();
    game.world = afterMoment(game.world, real, moment);
    if (nextMoment(game.world, until) === null && game.world.now === until) return;
  }
}

/**
 * The model as it is when everything of this moment has happened. Things of one moment happen in
 * any order: one of them must be that of the real host.
 */
function afterMoment(world: World, real: Real, moment: number): World {
  const ways = beginningsOf(world, moment).flatMap((begun) =>
    coursesOf(countAt(begun, moment), isEntering(begun)).map((course) => ({ begun, course })),
  );
  let first: unknown = null;
  for (const { begun, course } of ways) {
    const next = ways.length > 1 ? structuredClone(begun) : begun;
    passTo(next, moment, course);
    try {
      compare(next, real);
      return next;
    } catch (error) {
      first ??= error;
    }
  }
  throw first;
}

/**
 * What is due at once may be before what a command has set going, or after it; and who is let in may
 * enter before the others go on, or after that.
 */
function beginningsOf(world: World, moment: number): readonly World[] {
  const due = countAt(world, moment) > 0 ? [structuredClone(world)] : [];
  const manners = isEntering(world) ? (["first", "last"] as const) : [];
  const entering = manners.map((enters) => ({ one: structuredClone(world), enters }));
  goOn(world);
  for (const one of due) goOn(one, { between: passAtOnce });
  for (const { one, enters } of entering) goOn(one, { enters });
  return [world, ...due, ...entering.map(({ one }) => one)];
}

const isEntering = ({ line, later }: World): boolean =>
  line.length > 0 || later.some(({ kind }) => kind === "enter");

/** The one that a number picks; null: there is none. */
export const pick = <T>(list: readonly T[], number: number): T | null =>
  list[number % Math.max(list.length, 1)] ?? null;
