import assert from "node:assert/strict";
import { comparePayloads, compare } from "../compare.ts";
import { command, type Command } from "../game.ts";
import { close, crash, drainTimeoutMs, open, returnLate, stopPlugin } from "../lives.ts";
import type { World } from "../world.ts";

/** The process is gone, and another one opens what it has left. */
export function crashAndReopen(): Command {
  return command({
    text: "crash",
    can: () => true,
    async run(world, real) {
      crash(world);
      await real.crash();
      await real.begin(world.now);
      open(world);
    },
  });
}

/** The host closes, and another one is opened. `leaves`: steps that do not listen do not return. */
export function closeAndReopen(leaves: boolean): Command {
  return command({
    text: `close(${leaves ? "steps do not return" : "steps return"})`,
    can: () => true,
    async run(world, real) {
      const answering = leaves ? [] : toldToClose(world);
      const expected = close(world, leaves);
      const waited = await real.close(answering);
      if (expected !== "perhaps") assert.equal(waited, expected === "waits", "closing waits");
      if (waited) world.now += drainTimeoutMs;
      compare(world, real);
      stopPlugin(world);
      await real.end();
      returnLate(world);
      await real.life.returnLate();
      comparePayloads(world, real.life);
      await real.begin(world.now);
      open(world);
    },
  });
}

/** The steps that would not return if the test did not let them. */
const toldToClose = ({ payloads }: World): readonly string[] =>
  payloads
    .filter(({ step, job }) => step !== null && !step.detached && !job.plan.listens)
    .map(({ label }) => label);
