import type { JobObject, StateName } from "../wire.ts";
import type { Query, SortKey } from "./query.ts";
import { groupOf, groups, type Group } from "./states.ts";

/** A line of the table: the head of a group, or a job. */
export type Row =
  | {
      readonly kind: "group";
      readonly group: Group;
      readonly title: string;
      readonly count: number;
      readonly isOpen: boolean;
    }
  | { readonly kind: "job"; readonly job: JobObject };

export interface Shown {
  readonly rows: readonly Row[];
  /** Where a row is, by its key. */
  readonly indices: ReadonlyMap<string, number>;
  /** Jobs that match, whether their group is open or not. */
  readonly matching: number;
  /** Of these, those that have failed. */
  readonly failed: readonly JobObject[];
}

/** What the table shows of these jobs: those that match, in groups, in order. */
export function rowsOf(jobs: Iterable<JobObject>, query: Query, closed: ReadonlySet<Group>): Shown {
  const matches = matcher(query);
  const byGroup: Record<Group, JobObject[]> = { running: [], pending: [], inactive: [] };
  for (const job of jobs) if (matches(job)) byGroup[groupOf(job)].push(job);
  const compare = comparison(query);
  const rows = groups.flatMap(({ name, title }): Row[] => {
    const members = byGroup[name];
    if (members.length === 0) return [];
    const isOpen = !closed.has(name);
    const head: Row = { kind: "group", group: name, title, count: members.length, isOpen };
    if (!isOpen) return [head];
    return [head, ...members.toSorted(compare).map((job): Row => ({ kind: "job", job }))];
  });
  const matching = groups.reduce((sum, { name }) => sum + byGroup[name].length, 0);
  const indices = new Map(rows.map((row, index) => [keyOf(row), index]));
  return {
    rows,
    indices,
    matching,
    failed: byGroup.inactive.filter(({ State }) => State === "Failure"),
  };
}

/** What a row is about: the same as long as that is the same. */
export const keyOf = (row: Row): string => (row.kind === "group" ? row.group : row.job.ID);

/** The id of its element. */
export const rowId = (row: Row): string =>
  row.kind === "group" ? `group-${row.group}` : `job-${row.job.ID}`;

function matcher({ states, types, keys, text }: Query): (job: JobObject) => boolean {
  const wanted = text
    .trim()
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return (job) =>
    (states.length === 0 || states.includes(job.State)) &&
    (types.length === 0 || types.includes(job.Type)) &&
    (keys.length === 0 || keys.includes(job.Key ?? "")) &&
    (wanted.length === 0 || includesAll(haystack(job), wanted));
}

const includesAll = (text: string, wanted: readonly string[]): boolean =>
  wanted.every((word) => text.includes(word));

/** What is searched: made once for each job as it was told. */
const haystacks = new WeakMap<JobObject, string>();

function haystack(job: JobObject): string {
  const known = haystacks.get(job);
  if (known !== undefined) return known;
  const { ID, Type, Key = "", BatonError, Content, UserData } = job;
  const error = BatonError === undefined ? "" : `${BatonError.Code} ${BatonError.Message}`;
  const data = `${JSON.stringify(Content)} ${JSON.stringify(UserData ?? "")}`;
  const text = `${ID} ${Type} ${Key} ${error} ${data}`.toLowerCase();
  haystacks.set(job, text);
  return text;
}

const stateOrder: Readonly<Record<StateName, number>> = {
  Running: 0,
  Pending: 1,
  Retry: 2,
  Paused: 3,
  Failure: 4,
  Success: 5,
};

/** What a job is sorted by. */
const values: Readonly<Record<SortKey, (job: JobObject) => string | number>> = {
  state: (job) => stateOrder[job.State],
  type: (job) => job.Type,
  key: (job) => job.Key ?? "",
  priority: (job) => job.Priority,
  progress: (job) => job.Progress,
  attempts: (job) => job.Attempts,
  runtime: (job) => job.EffectiveRuntime,
  // Without one it is far away.
  eta: (job) => job.EstimatedTimeOfArrival ?? "~",
  submitted: (job) => job.CreationTime,
};

/** Equal ones in the order of submission, so that no row moves without a reason. */
function comparison({ sort, isDescending }: Query): (a: JobObject, b: JobObject) => number {
  const value = values[sort];
  const sign = isDescending ? -1 : 1;
  return (a, b) =>
    sign *
    (order(value(a), value(b)) || order(a.CreationTime, b.CreationTime) || order(a.ID, b.ID));
}

const order = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);
