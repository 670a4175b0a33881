import { lastOf, type Case, type Problem } from "./case.ts";
import { isEnd } from "./past.ts";

/** What the restart read back is what was told, or follows from what was answered. */
export function reloadedAsPromised(job: Case): readonly Problem[] {
  const { told, reloaded, holds } = job;
  if (told !== null && isEnd(told)) {
    const isSame = told.state === reloaded.state && told.changedAt === reloaded.changedAt;
    return isSame ? [] : [{ kind: "wrong state", text: "had ended, and was read back otherwise" }];
  }
  if (isEnd(reloaded)) {
    return endedUntold(job) ? [] : [{ kind: "wrong state", text: "ended from nothing" }];
  }
  if (holds === "canceled") return [{ kind: "not held", text: "was canceled and goes on" }];
  return pausedAsPromised(job);
}

/** Its end was committed and the kill came before anybody could be told. */
function endedUntold({ reloaded, plan, before, wasToCancel }: Case): boolean {
  if (reloaded.error?.code === "JOB_CANCELED") return wasToCancel;
  const isDone = before.at(-1)?.step === plan.steps;
  return isDone && reloaded.state === (plan.end === "success" ? "succeeded" : "failed");
}

function pausedAsPromised({ holds, reloaded, told, unsure }: Case): readonly Problem[] {
  const isPaused = reloaded.state === "paused";
  if (holds === "paused") {
    return isPaused ? [] : [{ kind: "not held", text: "was paused and goes on" }];
  }
  const mayBePaused =
    told?.state === "paused" || [...unsure.values()].some((kind) => kind !== "cancel");
  return isPaused && !mayBePaused ? [{ kind: "wrong state", text: "was paused by nobody" }] : [];
}

/** Its end was told once, in one life or the other, and it is the one that was planned. */
export function endedOnce(job: Case): readonly Problem[] {
  const problems: Problem[] = [];
  const untold = isEnd(job.reloaded) && job.ends === 0 ? 1 : 0;
  const ends = job.ends + untold + job.changes.filter((change) => isEnd(change)).length;
  if (ends !== 1) problems.push({ kind: "ended twice", text: `ended ${ends} times` });
  if (isEnd(job.reloaded) && job.after.length > 0) {
    problems.push({ kind: "ended twice", text: "stepped after its end" });
  }
  if (!isAsPlanned(job)) problems.push({ kind: "wrong state", text: "did not end as planned" });
  return problems;
}

function isAsPlanned(job: Case): boolean {
  const last = lastOf(job);
  const code = last.error?.code ?? null;
  if (code === "JOB_CANCELED") return job.wasToCancel;
  return isEnd(last) && code === (job.plan.end === "success" ? null : "GAVE_UP");
}

/** After a pause or a cancel was answered no step begins, in this life or the next. */
export function heldStill(job: Case): readonly Problem[] {
  const problems: Problem[] = [];
  if (job.reloaded.state === "paused" && job.wentOnUnasked) {
    problems.push({ kind: "not held", text: "was paused and went on before it was resumed" });
  }
  if (job.holds === "nothing") return problems;
  if (job.before.some(({ began }) => began > job.heldSince)) {
    problems.push({ kind: "not held", text: `began a step after it was ${job.holds}` });
  }
  if (job.holds === "canceled" && job.after.length > 0) {
    problems.push({ kind: "not held", text: "was canceled and stepped after the restart" });
  }
  return problems;
}

/** A due time and the count of attempts are kept, and nothing is done before it is due. */
export function retriedWhenDue(job: Case): readonly Problem[] {
  const { told, reloaded, after } = job;
  const problems: Problem[] = [];
  const { dueAt } = reloaded;
  if (dueAt !== null && after.some(({ began }) => began < dueAt)) {
    problems.push({ kind: "not held", text: "stepped before it was due" });
  }
  const isUndisturbed = job.unsure.size === 0 && job.holds === "nothing";
  if (told?.state !== "retrying" || !isUndisturbed) return problems;
  if (!isDueAsTold(job, told.dueAt ?? 0)) {
    problems.push({ kind: "wrong state", text: `lost its due time ${told.dueAt}` });
  }
  if (reloaded.attempts !== told.attempts) {
    problems.push({ kind: "wrong state", text: "lost count of its attempts" });
  }
  return problems;
}

/** Or it has become due, before the kill could be told or while nobody was there. */
const isDueAsTold = ({ reloaded }: Case, dueAt: number): boolean =>
  reloaded.dueAt === dueAt || (reloaded.state === "pending" && dueAt <= reloaded.changedAt);
