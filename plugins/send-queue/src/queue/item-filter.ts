import type { ItemState } from "./item.ts";
import { stateNumbers } from "./rows.ts";
import { listOf } from "./sql.ts";

/** Which items are meant: those that fit all that is given. */
export interface ItemFilter {
  readonly ids?: readonly number[];
  readonly state?: ItemState;
  readonly destination?: string;
  readonly request?: string;
  /** The job that sends it. */
  readonly job?: string;
  /** Resource id of a study. */
  readonly study?: string;
  /** The code of the last failure, as "A700". */
  readonly failure?: string;
  /** Only those with a higher id: for paging. */
  readonly after?: number;
}

/** The same for SQL, over `items` joined with `instances`. */
export function conditionsOf(filter: ItemFilter): {
  readonly where: string;
  readonly values: readonly (string | number)[];
} {
  const { state, ids, ...rest } = filter;
  const wanted = {
    ...rest,
    ...(state === undefined ? {} : { state: stateNumbers[state] }),
    ...(ids === undefined ? {} : { ids: listOf(ids) }),
  };
  const given = Object.entries(conditions).flatMap(([name, condition]) => {
    const value = wanted[name as keyof typeof conditions];
    return value === undefined ? [] : [{ condition, value }];
  });
  return {
    where: ["TRUE", ...given.map(({ condition }) => condition)].join(" AND "),
    values: given.map(({ value }) => value),
  };
}

const conditions = {
  ids: "items.id IN (SELECT value FROM json_each(?))",
  state: "items.state = ?",
  destination: "items.destination = ?",
  request: "items.request = ?",
  job: "items.request IN (SELECT id FROM requests WHERE job = ?)",
  study: "instances.study = ?",
  failure: "items.failure_code = ?",
  after: "items.id > ?",
} as const satisfies Partial<Record<keyof ItemFilter, string>>;
