import type { JobInfo } from "../../ports/job.ts";
import { matcherOf, type JobFilter } from "../job-filter.ts";
import type { Change } from "./change-log.ts";

/** Which jobs a client of the feed hears of. */
export interface FeedFilter {
  /** The same for everybody who wants the same. */
  readonly name: string;
  readonly matches: Matches;
}

type Matches = (job: Pick<JobInfo, "state" | "type" | "key">) => boolean;

/** A filter that says nothing is about every job. */
export function feedFilter(filter: JobFilter): FeedFilter {
  const matches = matcherOf(filter);
  if (matches === null) return { name: "", matches: () => true };
  const wanted = new Set(
    Object.entries(filter).flatMap(([name, values]) =>
      values.map((value) => String(new URLSearchParams({ [name]: value }))),
    ),
  );
  return { name: [...wanted].toSorted().join("&"), matches };
}

/** Whether whoever has this filter may know the job. */
export function mayKnow({ matches }: FeedFilter, { of, states }: Change): boolean {
  if (of === null) return true;
  return [...states].some((state) => matches({ ...of, state }));
}
