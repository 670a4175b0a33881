import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { EngineEvent } from "../../src/ports/job-event.ts";
import type { JobInfo } from "../../src/ports/job.ts";
import { rememberState, reloadJob } from "./lives.ts";
import type { Real } from "./real/real.ts";
import { isKnown, version, type ModelJob, type Version, type World } from "./world.ts";

/** How many words of each job observers have heard that had to be committed before. */
export function committedWords(
  { names, life }: Real,
  since: ReadonlyMap<string, number> = new Map(),
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const event of life.events) {
    if (event.kind !== "changed" && event.kind !== "forgotten") continue;
    const name = names.get("job" in event ? event.job.id : event.id);
    if (name === undefined || needsNoCommit(event)) continue;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return new Map([...counts].map(([name, count]) => [name, count - (since.get(name) ?? 0)]));
}

/** A start, and the return of a step that was left alone. */
function needsNoCommit(event: EngineEvent): boolean {
  if (event.kind !== "changed") return false;
  const { state } = event.job;
  const isStart = state === "running" && event.from === "pending";
  return isStart || (state === "failed" && event.from === "failed");
}

export interface VersionsParts {
  readonly world: World;
  /** Of every job that there was before something was done. */
  readonly before: readonly Version[];
  /** How many changes of each job were told since. */
  readonly heard: ReadonlyMap<string, number>;
  /** The job that was changed by a call that was answered; null: none. */
  readonly answered: string | null;
}

/**
 * Which versions of each job may be in the store after a crash in the middle of things: the one
 * before, or one that came since, but none older than what was told or answered.
 */
export class Versions {
  readonly #parts: VersionsParts;

  constructor(parts: VersionsParts) {
    this.#parts = parts;
  }

  /** The model becomes what the real host has found, if that is one of them. */
  learn(real: Real): void {
    const { world } = this.#parts;
    for (const job of world.jobs) {
      const { name } = job.plan;
      const info = real.life.found.find(({ userData }) => userData === name);
      if (info !== undefined) real.names.set(info.id, name);
      // What has ended may have been too much for the history, and go at once.
      this.#choose(job, info ?? (isForgotten(real, name) ? forgotten(world, real) : "absent"));
    }
    world.journal = null;
  }

  #choose(job: ModelJob, info: Found): void {
    const { world } = this.#parts;
    const allowed = this.#allowed(job);
    const found = allowed.filter((one) => isSo(world, job, one, info));
    const last = found.at(-1);
    const seen = JSON.stringify(info);
    assert.ok(last, `of ${job.plan.name} there is ${seen}, not one of ${JSON.stringify(allowed)}`);
    const since = found.flatMap(({ fields }) => [...fields.pendingSince, fields.changedAt]);
    const isReset = new Set(found.map(({ fields }) => fields.resetDue)).size === 1;
    Object.assign(job, structuredClone(last.fields));
    for (const { fields } of found) widen(job, fields.saved);
    if (!isReset) job.resetDue = "maybe";
    rememberState(world, job);
    if (job.stage === "pending" || job.stage === "running") job.pendingSince = since;
  }

  #allowed(job: ModelJob): readonly Version[] {
    const { world, before, heard, answered } = this.#parts;
    const { name } = job.plan;
    const since = (world.journal ?? []).filter((one) => one.name === name);
    const now = version(job, "no");
    if (since.length === 0) return [now];
    const told = since.flatMap(({ told: how }, at) => (how === "committed" ? [at] : []));
    const least = Math.max(
      told[(heard.get(name) ?? 0) - 1] ?? -1,
      answered === name ? since.findIndex(({ told: how }) => how !== "at once") : -1,
    );
    const first = before.find((one) => one.name === name) ?? absent(now);
    return [first, ...since.slice(0, -1), now].slice(least + 1);
  }
}

/** It was not there. */
const absent = ({ name, fields }: Version): Version => ({
  name,
  fields: { ...fields, stage: "gone" },
  told: "no",
});

/** What there is of a job in the store: nothing, or nothing any more. */
type Found = JobInfo | "absent" | Forgotten;

/** It had ended, and was too much for the history: it is older than all that are kept. */
interface Forgotten {
  readonly isOlder: (than: ModelJob) => boolean;
}

function forgotten({ settings, jobs }: World, { life }: Real): Forgotten {
  const kept = { succeeded: settings.succeededKept, failed: settings.failedKept };
  const orderOf = ({ userData }: JobInfo): number =>
    jobs.find(({ plan }) => plan.name === userData)?.order ?? 0;
  const isOlder = ({ stage, changedAt, order }: ModelJob): boolean => {
    if (stage !== "succeeded" && stage !== "failed") return false;
    const others = life.found.filter(({ state }) => state === stage);
    return (
      others.length === kept[stage] &&
      others.every((one) => (changedAt - one.changedAt || order - orderOf(one)) < 0)
    );
  };
  return { isOlder };
}

const isForgotten = ({ life, names }: Real, name: string): boolean =>
  life.events.some((event) => event.kind === "forgotten" && names.get(event.id) === name);

// oxlint-disable-next-line max-params -- a job, what it may be, and what it is
function isSo(world: World, job: ModelJob, { fields }: Version, info: Found): boolean {
  const found: ModelJob = { ...job, ...structuredClone(fields), told: [] };
  const wasKnown = isKnown(found);
  if (wasKnown) reloadJob({ ...world, journal: null }, found);
  if (info === "absent") return !wasKnown;
  if ("isOlder" in info) return wasKnown && info.isOlder(found);
  return wasKnown && isDeepStrictEqual(rowOf(info), rowOfModel(found));
}

/** What both know of a record when its host has been reopened. */
const rowOf = (job: JobInfo): readonly unknown[] => [
  job.state,
  job.priority,
  job.dueAt,
  job.startAt,
  job.attempts,
  job.error?.code ?? null,
  job.lastError?.code ?? null,
];

const rowOfModel = (job: ModelJob): readonly unknown[] => [
  job.stage,
  job.priority,
  job.dueAt,
  job.startAt,
  job.attempts,
  job.error,
  job.lastError,
];

/** Any of these states may be the one that is stored. */
function widen({ saved }: ModelJob, other: ModelJob["saved"]): void {
  if (saved === null || other === null) return;
  saved.least = Math.min(saved.least, other.least);
  saved.most = Math.max(saved.most, other.most);
}
