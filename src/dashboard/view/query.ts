import type { StateName } from "../wire.ts";

/** What jobs can be sorted by. */
export type SortKey =
  | "state"
  | "type"
  | "key"
  | "priority"
  | "progress"
  | "attempts"
  | "runtime"
  | "eta"
  | "submitted";

/** What the reader wants to see; kept in the address, so that it can be passed on. */
export interface Query {
  readonly states: readonly StateName[];
  readonly types: readonly string[];
  readonly keys: readonly string[];
  readonly text: string;
  readonly sort: SortKey;
  readonly isDescending: boolean;
}

export const everything: Query = {
  states: [],
  types: [],
  keys: [],
  text: "",
  sort: "submitted",
  isDescending: true,
};

const stateNames = ["Pending", "Running", "Paused", "Retry", "Success", "Failure"] as const;
const sortKeys = [
  "state",
  "type",
  "key",
  "priority",
  "progress",
  "attempts",
  "runtime",
  "eta",
  "submitted",
] as const satisfies readonly SortKey[];

export const isNarrowed = ({ states, types, keys, text }: Query): boolean =>
  states.length + types.length + keys.length + text.length > 0;

export function queryFrom(parameters: URLSearchParams): Query {
  const order = parameters.get("sort") ?? "-submitted";
  const name = order.replace(/^-/, "");
  return {
    states: stateNames.filter((state) => parameters.getAll("state").includes(state)),
    types: parameters.getAll("type"),
    keys: parameters.getAll("key"),
    text: parameters.get("q") ?? "",
    sort: sortKeys.find((key) => key === name) ?? "submitted",
    isDescending: order.startsWith("-"),
  };
}

/** Only what differs from `everything`. */
export function parametersOf(query: Query): URLSearchParams {
  const order = `${query.isDescending ? "-" : ""}${query.sort}`;
  return new URLSearchParams([
    ...query.states.map((state): [string, string] => ["state", state]),
    ...query.types.map((type): [string, string] => ["type", type]),
    ...query.keys.map((key): [string, string] => ["key", key]),
    ...(query.text === "" ? [] : [["q", query.text] as [string, string]]),
    ...(order === "-submitted" ? [] : [["sort", order] as [string, string]]),
  ]);
}
