import type { JobInfo } from "../ports/job.ts";
import { stateNames, type StateName } from "./orthanc.ts";
import { quote } from "./request-path.ts";

/** What a query says of the jobs it is about. */
export type JobFilter =
  | { readonly kind: "filter"; readonly matches: (job: Filtered) => boolean }
  | { readonly kind: "invalid"; readonly sentence: string };

/** What a filter looks at. */
type Filtered = Pick<JobInfo, "state" | "type" | "key">;

/** What can be asked for, and what a job has of it. */
const criteria = {
  state: (job) => stateNames[job.state],
  type: (job) => job.type,
  key: (job) => job.key,
} as const satisfies Record<string, (job: Filtered) => string | null>;

const known = Object.keys(criteria) as readonly (keyof typeof criteria)[];

/**
 * `state`, `type` and `key`: a job must have one of the values of each that is given. At least one
 * is, and nothing else: what is misspelled must not be about every job.
 */
export function readFilter(query: URLSearchParams): JobFilter {
  const unknown = [...query.keys()].find((name) => !(known as readonly string[]).includes(name));
  if (unknown !== undefined) return invalid(`There is no filter ${quote(unknown)}`);
  if (query.size === 0) return invalid("This is about no job");
  const states: readonly string[] = Object.values(stateNames) satisfies readonly StateName[];
  const odd = query.getAll("state").find((state) => !states.includes(state));
  if (odd !== undefined) {
    const sentence = `There is no state ${quote(odd)}; there are ${states.join(", ")}.`;
    return { kind: "invalid", sentence };
  }
  const wanted = known
    .filter((name) => query.has(name))
    .map((name) => ({ of: criteria[name], values: new Set<string | null>(query.getAll(name)) }));
  return {
    kind: "filter",
    matches: (job) => wanted.every(({ of, values }) => values.has(of(job))),
  };
}

const invalid = (what: string): JobFilter => ({
  kind: "invalid",
  sentence: `${what}; say which jobs with ?state=, ?type= or ?key=, each as often as you like.`,
});
