import { lastOf, lengthOf, type Case, type Problem } from "./case.ts";
import { isEnd } from "./past.ts";
import type { LogEntry } from "./protocol.ts";

/** A checkpoint is taken every 250 ms and committed within 50: so much may be done again. */
const mostRedoneMs = 300;

/** Every step is done and none is left out; only where a life begins may some be done again. */
export function stepsFollow(job: Case): readonly Problem[] {
  const gaps = [...gapsIn(job.before), ...gapsIn(job.after)];
  const problems: Problem[] = gaps.map((gap) => ({
    kind: "wrong step",
    text: `jumped to step ${gap}`,
  }));
  const done = job.before.at(-1)?.step ?? 0;
  const first = job.after[0]?.step ?? done + 1;
  if (first > done + 1) {
    problems.push({ kind: "wrong step", text: `left steps ${done + 1} to ${first - 1} out` });
  }
  const reached = job.after.at(-1)?.step ?? done;
  if (hasEndedByItself(job) && reached !== job.plan.steps) {
    problems.push({ kind: "wrong step", text: `ended after step ${reached}` });
  }
  return problems;
}

function hasEndedByItself(job: Case): boolean {
  const last = lastOf(job);
  return isEnd(last) && last.error?.code !== "JOB_CANCELED";
}

function gapsIn(log: readonly LogEntry[]): readonly number[] {
  const steps = log.map(({ step }) => step);
  return steps.filter((step, index) => index > 0 && step !== (steps[index - 1] ?? 0) + 1);
}

/**
 * Done again is everything from the step where the job went on, but for the last one: it may have
 * been running still. One step more may run over the 250 ms, and one while the commit is made.
 */
export function redoneLittle(job: Case): readonly Problem[] {
  const first = job.after[0]?.step ?? Number.POSITIVE_INFINITY;
  const redone = job.before.slice(0, -1).filter(({ step }) => step >= first);
  const redoneMs = redone.reduce((sum, entry) => sum + lengthOf(entry), 0);
  if (isAtRest(job) && first <= (job.before.at(-1)?.step ?? 0)) {
    return [{ kind: "wrong step", text: "did again what was committed with its retry" }];
  }
  if (redoneMs <= mostRedoneMs + 2 * job.longestStepMs) return [];
  return [{ kind: "wrong step", text: `did ${redone.length} steps (${redoneMs} ms) again` }];
}

/** It waited for its retry when the kill came: its state was committed with that. */
const isAtRest = ({ told, killedAt }: Case): boolean =>
  told?.state === "retrying" && (told.dueAt ?? 0) > killedAt;
