import { matcherOf, type Filtered, type JobFilter } from "../jobs/filter.ts";
import type { Change } from "./change-log.ts";

/** Which jobs a client of the feed hears of. */
export interface FeedFilter {
  /** The same for everybody who wants the same. */
  readonly name: string;
  readonly matches: (job: Filtered) => boolean;
}

/** A query that says nothing is about every job. */
export function feedFilter(query: JobFilter): FeedFilter {
  const wanted = Object.entries(query).map(([name, values]) => [
    name,
    [...new Set(values)].toSorted(),
  ]);
  return { name: JSON.stringify(wanted), matches: matcherOf(query) ?? (() => true) };
}

/** Whether whoever has this filter may know the job. */
export function mayKnow({ matches }: FeedFilter, { of, states }: Change): boolean {
  if (of === null) return true;
  return [...states].some((state) => matches({ ...of, state }));
}
