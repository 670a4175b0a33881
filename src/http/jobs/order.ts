import { Type, type TUnsafe } from "typebox";
import type { JobInfo } from "../../ports/job.ts";

/** By what jobs can be ordered, and each job's value of it. Equals stand in the order of submission. */
const values: Readonly<Record<Value, (job: JobInfo) => number>> = {
  submitted: (job) => job.sequence,
  changed: (job) => job.changedAt,
  priority: (job) => job.priority,
};

type Value = "submitted" | "changed" | "priority";
type OrderName = Value | `-${Value}`;

const names = Object.keys(values).flatMap((name) => [name, `-${name}`]) as readonly OrderName[];

/** The names of the orders; with "-": the highest, or last, first. */
export const orderSchema: TUnsafe<OrderName> = Type.Unsafe<OrderName>(
  Type.Enum([...names], {
    description:
      "`changed` is the last change of the state. With `-` the other way round: `-priority` is the order in which jobs run.",
  }),
);

/** Where a job stands in an order. */
type Place = readonly [value: number, sequence: number];

/** An order of jobs, in which one can go on after a place. */
export interface JobOrder {
  sorted(jobs: readonly JobInfo[]): readonly JobInfo[];
  /** What comes after a job in this order starts with this cursor. */
  cursorAfter(job: JobInfo): string;
  /** The jobs of a sorted list that come after a cursor; null: it is none of this order. */
  after(sorted: readonly JobInfo[], cursor: string): readonly JobInfo[] | null;
}

export function orderOf(name: OrderName): JobOrder {
  const isReverse = name.startsWith("-");
  const valueOf = values[name.replace("-", "") as Value];
  const sign = isReverse ? -1 : 1;
  const placeOf = (job: JobInfo): Place => [sign * valueOf(job), job.sequence];
  return {
    sorted: (jobs) =>
      // That is how they come.
      name === "submitted" ? jobs : jobs.toSorted((a, b) => compare(placeOf(a), placeOf(b))),
    cursorAfter: (job) => `${name}.${placeOf(job).join(".")}`,
    after(sorted, cursor) {
      const place = placeIn(cursor, name);
      return place === null ? null : sorted.slice(indexAfter(sorted.map(placeOf), place));
    },
  };
}

const compare = (one: Place, other: Place): number => one[0] - other[0] || one[1] - other[1];

function placeIn(cursor: string, name: OrderName): Place | null {
  const digits = cursor.startsWith(`${name}.`) ? cursor.slice(name.length + 1) : "";
  const [, value, sequence] = /^(-?\d{1,16})\.(\d{1,16})$/.exec(digits) ?? [];
  return value === undefined || sequence === undefined ? null : [Number(value), Number(sequence)];
}

/** The index of the first place that comes after this one. */
function indexAfter(places: readonly Place[], place: Place): number {
  const index = places.findIndex((one) => compare(one, place) > 0);
  return index === -1 ? places.length : index;
}
