import {
  Type,
  type Static,
  type TArray,
  type TObject,
  type TOptional,
  type TString,
  type TUnsafe,
} from "typebox";
import type { JobInfo } from "../../ports/job.ts";
import { stateNames, type StateName } from "../orthanc.ts";
import { stateSchema } from "../schemas/job.ts";

/** The parameters of a query that say which jobs it is about. */
// oxlint-disable-next-line typescript/consistent-type-definitions -- typebox wants one with an index
export type FilterParameters = {
  readonly state: TOptional<TArray<TUnsafe<StateName>>>;
  readonly type: TOptional<TArray<TString>>;
  readonly key: TOptional<TArray<TString>>;
};

/** `state`, `type` and `key`, each as often as one likes. */
export const filterParameters: FilterParameters = {
  state: Type.Optional(
    Type.Array(Type.Unsafe<StateName>(stateSchema), {
      description: "Jobs in one of these states.",
    }),
  ),
  type: Type.Optional(Type.Array(Type.String(), { description: "Jobs of one of these types." })),
  key: Type.Optional(Type.Array(Type.String(), { description: "Jobs of one of these keys." })),
};

/** What a query says of the jobs it is about. */
export type JobFilter = Static<TObject<FilterParameters>>;

/** What a filter looks at. */
export type Filtered = Pick<JobInfo, "state" | "type" | "key">;

/** What a job has of each. */
const criteria = {
  state: (job) => stateNames[job.state],
  type: (job) => job.type,
  key: (job) => job.key,
} as const satisfies Record<keyof JobFilter, (job: Filtered) => string | null>;

/** A job must have one of the values of each that is given; null: nothing is given. */
export function matcherOf(filter: JobFilter): ((job: Filtered) => boolean) | null {
  const wanted = (Object.keys(criteria) as (keyof JobFilter)[]).flatMap((name) => {
    const values = filter[name];
    return values === undefined
      ? []
      : [{ of: criteria[name], values: new Set<string | null>(values) }];
  });
  if (wanted.length === 0) return null;
  return (job) => wanted.every(({ of, values }) => values.has(of(job)));
}
