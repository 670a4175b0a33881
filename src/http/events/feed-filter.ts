import type { JobInfo } from "../../ports/job.ts";
import { readFilter, type JobFilter } from "../job-filter.ts";
import type { Change } from "./change-log.ts";

/** Which jobs a client of the feed hears of. */
export interface FeedFilter {
  /** The same for everybody who wants the same. */
  readonly name: string;
  readonly matches: Matches;
}

type Matches = (job: Pick<JobInfo, "state" | "type" | "key">) => boolean;

/** A query that says nothing is about every job. */
export function readFeedFilter(
  query: URLSearchParams,
): FeedFilter | Extract<JobFilter, { kind: "invalid" }> {
  if (query.size === 0) return { name: "", matches: () => true };
  const filter = readFilter(query);
  if (filter.kind === "invalid") return filter;
  const wanted = new Set([...query].map(([name, value]) => new URLSearchParams({ [name]: value })));
  return { name: [...wanted].map(String).toSorted().join("&"), matches: filter.matches };
}

/** Whether whoever has this filter may know the job. */
export function mayKnow({ matches }: FeedFilter, { of, states }: Change): boolean {
  if (of === null) return true;
  return [...states].some((state) => matches({ ...of, state }));
}
