import type { JobInfo } from "../../../src/index.ts";
import type { KillNote } from "./host-kill-life.ts";
import type { Asked } from "./host-kill-story.ts";

/** A killed life and the one after it. */
export interface KillCase {
  readonly before: readonly KillNote[];
  readonly after: readonly KillNote[];
  readonly asked: ReadonlyMap<string, readonly Asked[]>;
  /** As they were read back, before anything ran; and when nothing ran any more. */
  readonly reloaded: ReadonlyMap<string, JobInfo>;
  readonly last: ReadonlyMap<string, JobInfo>;
}

type Step = Extract<KillNote, { readonly kind: "step" }>;

/** A state is taken every 250 ms and committed within 50: so much may be done again. */
const mostRedoneMs = 300;

/** Every promise that was not kept. */
export function brokenPromises(one: KillCase): readonly string[] {
  const ids = one.before.filter((note) => note.kind === "submitted");
  return ids.flatMap(({ id, name }) => {
    const reloaded = one.reloaded.get(id);
    const last = one.last.get(id);
    if (reloaded === undefined || last === undefined) return [`${name} ${id} is lost`];
    const broken = [...held(one, reloaded, name), ...steps(one, name), ...ended(last)];
    return broken.map((text) => `${name} (read back as ${reloaded.state}) ${text}`);
  });
}

/** What was answered holds: no step of the job begins again. */
function held(one: KillCase, reloaded: JobInfo, name: string): readonly string[] {
  const asked = (one.asked.get(reloaded.id) ?? []).filter(({ isDone }) => isDone !== false);
  const isOver = reloaded.state === "succeeded" || reloaded.state === "failed";
  if (asked.some(({ kind, isDone }) => kind === "cancel" && isDone)) {
    const goesOn = one.after.some((note) => note.kind === "step" && note.name === name);
    return isOver && !goesOn ? [] : ["was canceled and goes on"];
  }
  const isHeld = isOver || reloaded.state === "paused";
  return wasPaused(asked) && !isHeld ? ["was paused and goes on"] : [];
}

/** The last that was asked is a pause, and it was answered. */
function wasPaused(asked: readonly Asked[]): boolean {
  const latest = asked.at(-1);
  return latest?.kind === "pause" && latest.isDone === true;
}

function ended(last: JobInfo): readonly string[] {
  if (last.state === "succeeded") return last.progress === 1 ? [] : ["succeeded too early"];
  return last.error?.code === "JOB_CANCELED" ? [] : [`ended as ${last.state}`];
}

function steps({ before, after }: KillCase, name: string): readonly string[] {
  const isStep = (note: KillNote): note is Step => note.kind === "step" && note.name === name;
  const done = before.filter(isStep);
  const first = after.find(isStep);
  if (first === undefined) return [];
  const saved = before.filter((note) => note.kind === "saved" && note.name === name);
  const kept = saved.map((note) => (note.kind === "saved" ? note.step : 0)).at(-1) ?? 0;
  const problems: string[] = [];
  const reached = done.at(-1)?.step ?? 0;
  if (first.step > reached + 1) problems.push(`jumped from step ${reached} to ${first.step}`);
  if (first.step <= kept) problems.push(`did step ${first.step} again, saved was ${kept}`);
  // The last one may have been running still.
  const redone = done.slice(0, -1).filter(({ step }) => step >= first.step);
  const redoneMs = redone.reduce((sum, { began, ended: end }) => sum + (end - began), 0);
  const longest = Math.max(0, ...done.map(({ began, ended: end }) => end - began));
  // One step may run over the 250 ms, and one more while the commit is made.
  if (redoneMs > mostRedoneMs + 2 * longest) {
    problems.push(`did ${redone.length} steps (${redoneMs} ms) again`);
  }
  return problems;
}
