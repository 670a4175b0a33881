import assert from "node:assert/strict";
import { create } from "../calls.ts";
import { hasRoom, goOn } from "../runs.ts";
import { command, type Command } from "../game.ts";
import { open } from "../lives.ts";
import type { Real } from "../real/real.ts";
import { nextMoment } from "../time.ts";
import { version, type World } from "../world.ts";
import { committedWords, Versions, type VersionsParts } from "../versions.ts";
import { doInModel, type Deed } from "./deeds.ts";

/** A write that was refused is tried again after so many milliseconds. */
const againAfterMs = 1_000;

/** What has reached the store when the process is gone. */
export interface Reached {
  /** So many commits, and those who asked for them have heard of it. */
  readonly heard: number;
  /** So many more, and nobody has. */
  readonly unheard: number;
}

/** The process is gone while what was done is on its way to the store. */
export function crashDuring(deed: Deed, reached: Reached): Command {
  return command({
    text: `crash during ${JSON.stringify(deed)} with ${JSON.stringify(reached)} stored`,
    can: (world) => world.durable && isPossible(world, deed),
    async run(world, real) {
      const versions = await doHeld(world, real, { deed, reached });
      await real.crash();
      await real.begin(world.now);
      new Versions(versions).learn(real);
      open(world);
    },
  });
}

/** Does it while the store is held, then lets through what is to reach it. */
async function doHeld(
  world: World,
  real: Real,
  { deed, reached }: { readonly deed: Deed; readonly reached: Reached },
): Promise<VersionsParts> {
  const { store } = real.life;
  const before = world.jobs.map((job) => version(job, "no"));
  const told = committedWords(real);
  world.journal = [];
  store.hold();
  const done = doInModel(world, deed);
  const cell = done?.inReality(real) ?? { answer: null };
  await real.life.settle();
  world.finalized = real.life.finalized();
  goOn(world);
  assert.deepEqual(committedWords(real), told, "nothing is told before it is committed");
  const changed = done !== null && countChanges(world, done.name) > 0 ? done.name : null;
  if (changed !== null) assert.equal(cell.answer, null, "nobody is answered before");
  await store.letThrough(reached.heard, true);
  await real.life.settle();
  const heard = committedWords(real, told);
  const answered = cell.answer === "ok" ? changed : null;
  await store.letThrough(reached.unheard, false);
  return { world, before, heard, answered };
}

/** The store refuses the commit of what is done, and takes it when it is tried again. */
export function refuseOnce(deed: Deed): Command {
  return command({
    text: `the store refuses ${JSON.stringify(deed)} once`,
    can: (world) => world.durable && isPossible(world, deed) && isQuiet(world, deed),
    run: (world, real) =>
      deed.kind === "submit" ? refuseSubmit(world, real, deed) : refuseChange(world, real, deed),
  });
}

/** A submit that is refused has changed nothing. */
async function refuseSubmit(
  world: World,
  real: Real,
  deed: Extract<Deed, { kind: "submit" }>,
): Promise<void> {
  real.life.store.refuse();
  // Its place is a gap.
  const done = doInModel(structuredClone(world), deed);
  const cell = done?.inReality(real);
  create(world, { name: done?.name ?? "", ...deed.parts }, deed.wish);
  world.order += 1;
  await real.life.settle();
  assert.ok(real.life.store.hasRefused());
  assert.equal(cell?.answer, "STORE_FAILED");
}

/** What was done is done, and told as soon as it is stored. */
async function refuseChange(world: World, real: Real, deed: Deed): Promise<void> {
  const told = committedWords(real);
  real.life.store.refuse();
  world.journal = [];
  const done = doInModel(world, deed);
  const cell = done?.inReality(real) ?? null;
  await real.life.settle();
  world.finalized = real.life.finalized();
  goOn(world);
  const count = done === null ? 0 : countChanges(world, done.name);
  const isRefused = count > 0;
  world.journal = null;
  // What it refuses may be a checkpoint, too.
  assert.ok(real.life.store.hasRefused() || !isRefused, "a change is written at once");
  if (cell !== null) assert.equal(cell.answer, isRefused ? "STORE_FAILED" : done?.expected);
  // A second change, which is not refused, has the first one told, too.
  if (done !== null && count === 1) {
    assert.equal(committedWords(real).get(done.name), told.get(done.name));
  }
  await real.life.advance(againAfterMs);
  world.now += againAfterMs;
}

function isPossible(world: World, deed: Deed): boolean {
  return doInModel(structuredClone(world), deed) !== null;
}

/** Whether nothing else happens before the store is asked again. */
function isQuiet(world: World, deed: Deed): boolean {
  if (deed.kind === "submit") return deed.parts.saved && world.line.length === 0 && hasRoom(world);
  const after = structuredClone(world);
  doInModel(after, deed);
  goOn(after);
  return nextMoment(after, world.now + againAfterMs) === null;
}

/** How often the record of this job has changed. */
const countChanges = ({ journal }: World, name: string): number =>
  (journal ?? []).filter((one) => one.name === name && one.told !== "at once").length;
