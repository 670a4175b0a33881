import type { JobInfo } from "../../../../src/index.ts";
import { lengthOf, type Case, type Problem } from "./case.ts";
import { idOf, pastsOf, type Past } from "./past.ts";
import { endedOnce, heldStill, reloadedAsPromised, retriedWhenDue } from "./check-promises.ts";
import { redoneLittle, stepsFollow } from "./check-steps.ts";
import type { Line, LogEntry } from "./protocol.ts";

/** A killed life and the one after it. */
export interface Recovery {
  readonly before: readonly Line[];
  readonly killedAt: number;
  readonly after: readonly Line[];
  /** What the jobs wrote themselves. */
  readonly logs: { readonly before: readonly LogEntry[]; readonly after: readonly LogEntry[] };
}

/** What must be true of each job. */
type Check = (job: Case) => readonly Problem[];

const everyCheck: readonly Check[] = [
  reloadedAsPromised,
  endedOnce,
  heldStill,
  retriedWhenDue,
  stepsFollow,
  redoneLittle,
];

/** Compares what was promised before the kill with what was there, and what happened, after it. */
export function problemsOf(
  recovery: Recovery,
  checks: readonly Check[] = everyCheck,
): readonly Problem[] {
  const reloaded = recovery.after.find((line) => line.event === "reloaded")?.jobs ?? {};
  const cases: Case[] = [];
  const problems: Problem[] = [];
  for (const past of pastsOf(recovery.before).values()) {
    const found = reloaded[past.id] ?? null;
    if (found !== null) cases.push(caseOf(past, found, recovery));
    else problems.push({ kind: "lost", text: `${past.plan.name} (${past.id}) is not there` });
  }
  for (const one of cases) problems.push(...problemsOfJob(one, checks));
  return [...problems, ...inOrder(cases, recovery.after)];
}

function problemsOfJob(job: Case, checks: readonly Check[]): readonly Problem[] {
  const found = checks.flatMap((check) => check(job));
  return found.map(({ kind, text }) => ({
    kind,
    text: `${job.plan.name} ${text}: ${describe(job)}`,
  }));
}

function caseOf(past: Past, reloaded: JobInfo, { after, logs, killedAt }: Recovery): Case {
  const isOwn = ({ name }: LogEntry): boolean => name === past.plan.name;
  const own = after.filter((line) => idOf(line) === past.id);
  return {
    ...past,
    reloaded,
    before: logs.before.filter(isOwn),
    after: logs.after.filter(isOwn),
    changes: own.filter((line) => line.event === "changed").map(({ job }) => job),
    wentOnUnasked: own[0]?.event === "changed",
    killedAt,
    longestStepMs: Math.max(0, ...logs.before.map(lengthOf)),
  };
}

/** What waited for a slot gets one by priority, then by the order of the submits. */
function inOrder(cases: readonly Case[], after: readonly Line[]): Problem[] {
  const waiting = cases.filter(({ reloaded }) => reloaded.state === "pending");
  const expected = waiting
    .toSorted((a, b) => b.priority - a.priority || a.place - b.place)
    .map(({ plan }) => plan.name);
  const begun = new Set<string>();
  for (const line of after) {
    if (line.event !== "changed" || line.job.state !== "running") continue;
    const job = waiting.find(({ id }) => id === line.job.id);
    if (job !== undefined) begun.add(job.plan.name);
  }
  const actual = [...begun];
  if (actual.join() === expected.slice(0, actual.length).join()) return [];
  const text = `they began as ${actual.join(", ")}, not as ${expected.join(", ")}`;
  return [{ kind: "order", text }];
}

function describe({ told, reloaded, holds, before, after }: Case): string {
  const steps = `steps to ${before.at(-1)?.step ?? 0}, then from ${after[0]?.step ?? "none"}`;
  return `told ${told?.state ?? "nothing"}, ${holds} held, found ${reloaded.state}, ${steps}`;
}
