import type { Case, Problem } from "./case.ts";
import { endedOnce, heldStill, reloadedAsPromised, retriedWhenDue } from "./check-promises.ts";
import { stepsFollow } from "./check-steps.ts";
import { problemsOf, type Recovery } from "./check.ts";
import { idOf } from "./past.ts";
import type { Line } from "./protocol.ts";

/**
 * What was not kept of the promises whose commits stand in the first `cutAt` bytes of the log. What
 * was told later may have been lost with the rest of it, or not; what was asked then, too.
 */
export function problemsOfCut(recovery: Recovery, cutAt: number): readonly Problem[] {
  const end = recovery.before.findIndex((line) => "logBytes" in line && line.logBytes > cutAt);
  const kept = end === -1 ? recovery.before : recovery.before.slice(0, end);
  const later = recovery.before.slice(kept.length);
  const asked = later.filter(({ event }) => event === "sent");
  const movedLater = new Set(later.filter(({ event }) => event === "changed").map(idOf));
  return problemsOf({ ...recovery, before: [...kept, ...asked] }, [
    reloadedAsPromised,
    endedOnce,
    heldStill,
    // A job that moved on later may have been read back as it was then.
    (job) => (movedLater.has(job.id) ? [] : retriedWhenDue(job)),
    stepsFollow,
    (job) => restIsKept(job, kept),
  ]);
}

/** The steps before a pause or a retry are committed with it: none of them is done again. */
function restIsKept(job: Case, kept: readonly Line[]): readonly Problem[] {
  let stepped = 0;
  let committed = 0;
  for (const line of kept) {
    if (line.event === "stepped" && line.name === job.plan.name) stepped = line.step;
    if (line.event === "changed" && line.job.id === job.id && isAtRest(line.job.state)) {
      committed = stepped;
    }
  }
  const first = job.after[0]?.step ?? Number.POSITIVE_INFINITY;
  if (first > committed) return [];
  return [{ kind: "wrong step", text: `did steps ${first} to ${committed} again` }];
}

const isAtRest = (state: string): boolean => state === "paused" || state === "retrying";
