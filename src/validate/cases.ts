import { afterKill, untilKill } from "./kill-case.ts";
import { declaration, foreignHosts, olderHosts, startAndStop } from "./loading-cases.ts";
import {
  cancelAndResubmit,
  closeWhileRunning,
  ownership,
  pauseAndResume,
  randomActions,
  roundTrip,
  runJobs,
} from "./job-cases.ts";
import { failingStart, refusedCreates, refusedSubmits } from "./refusal-cases.ts";
import type { NativeKind } from "./case-spec.ts";
import type { Stage } from "./stage.ts";
import { twoEnvironments } from "./environments-case.ts";

/** One thing that is tried with a plugin, in a process of its own. */
export interface Case {
  readonly name: string;
  /** What is tried, as the end of a sentence that begins with "the plugin ...". */
  readonly title: string;
  /** Which plugins it is for. */
  readonly kinds: readonly NativeKind[];
  /** Nothing can be seen without jobs. */
  readonly needsJobs: boolean;
  /** What breaks here is legal for these: findings are warnings. */
  readonly lenientFor: readonly NativeKind[];
  /** What its processes do, one after the other. */
  readonly lives: readonly ((stage: Stage) => Promise<void>)[];
}

const both: readonly NativeKind[] = ["library", "addon"];

function on(
  name: string,
  title: string,
  life: (stage: Stage) => Promise<void>,
  changes: Partial<Case> = {},
): Case {
  return { name, title, kinds: both, needsJobs: true, lenientFor: [], lives: [life], ...changes };
}

const withoutJobs: Partial<Case> = { needsJobs: false };

/** Every case, in the order in which they are run. */
export const cases: readonly Case[] = [
  on("load", "says what it is", declaration, withoutJobs),
  on("foreign-host", "refuses a host that is none", foreignHosts, {
    ...withoutJobs,
    kinds: ["addon"],
  }),
  on("start-and-stop", "starts and stops, three times over", startAndStop, withoutJobs),
  on("jobs", "makes jobs, and they run to their end", runJobs, withoutJobs),
  on("ownership", "owns its jobs, and nobody else does", ownership),
  on("cancel-and-resubmit", "stops when it is canceled, and starts anew", cancelAndResubmit),
  on("pause-and-resume", "pauses and goes on", pauseAndResume),
  on("round-trip", "revives what it has saved", roundTrip),
  on("refused-submits", "keeps a job whose submit failed", refusedSubmits),
  on("refused-creates", "keeps a payload whose create failed", refusedCreates),
  on("failing-start", "bears errors in start", failingStart, withoutJobs),
  on("older-hosts", "calls only what its host has", olderHosts, withoutJobs),
  on("close-while-running", "lets go when the host closes", closeWhileRunning),
  on("two-environments", "serves two environments at once", twoEnvironments, {
    ...withoutJobs,
    // One library serves one environment after the other; baton.h promises it no more than that.
    lenientFor: ["library"],
  }),
  on("random", "bears whatever is asked of its jobs", randomActions),
  on("kill-and-reopen", "goes on after kill -9", untilKill, { lives: [untilKill, afterKill] }),
];
