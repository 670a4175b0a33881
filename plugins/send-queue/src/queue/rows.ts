import type { SQLOutputValue } from "node:sqlite";
import type {
  Commitment,
  Item,
  ItemState,
  ListedItem,
  OpenRequest,
  Place,
  QueuedInstance,
} from "./item.ts";

export type Row = Readonly<Record<string, SQLOutputValue>>;

/** How states stand in the database. Never change one that was released. */
export const stateNumbers = {
  pending: 0,
  sent: 1,
  failed: 2,
  removed: 3,
} as const satisfies Record<ItemState, number>;

/** The same for what a peer answers for. */
export const commitmentNumbers = {
  none: 0,
  wanted: 1,
  asked: 2,
  committed: 3,
  ordered: 4,
} as const satisfies Record<Commitment, number>;

const commitmentNames = new Map<number, Commitment>(
  Object.entries(commitmentNumbers).map(([name, stored]) => [stored, name as Commitment]),
);

const stateNames = new Map<number, ItemState>(
  Object.entries(stateNumbers).map(([name, stored]) => [stored, name as ItemState]),
);

export const stateOf = (stored: number): ItemState => stateNames.get(stored) ?? "pending";

export function instanceOf(row: Row): QueuedInstance {
  return {
    hash: text(row, "hash"),
    sopClass: text(row, "sop_class"),
    sopInstance: text(row, "sop_instance"),
    transferSyntax: text(row, "transfer_syntax"),
    offset: number(row, "offset"),
    size: number(row, "size"),
    resources: {
      patient: text(row, "patient"),
      study: text(row, "study"),
      series: text(row, "series"),
      instance: text(row, "instance"),
    },
    ...(number(row, "is_cut") === 1 && { isCut: true }),
  };
}

export function requestOf(row: Row): OpenRequest {
  const { job, moved_from: movedFrom } = row;
  return {
    id: text(row, "id"),
    destination: text(row, "destination"),
    priority: number(row, "priority"),
    isPermissive: number(row, "is_permissive") === 1,
    job: typeof job === "string" ? job : null,
    ...(typeof movedFrom === "string" ? { movedFrom } : {}),
  };
}

export function placeOf(row: Row): Place {
  const { job, first } = row;
  return {
    request: text(row, "id"),
    job: typeof job === "string" ? job : null,
    priority: number(row, "priority"),
    number: number(row, "number"),
    first: typeof first === "number" ? first : null,
  };
}

export function itemOf(row: Row): Item {
  const code = row["failure_code"];
  const warning = row["warning"];
  const cameFrom = row["came_from"];
  return {
    id: number(row, "id"),
    request: text(row, "request"),
    destination: text(row, "destination"),
    instance: instanceOf(row),
    state: stateOf(number(row, "state")),
    attempts: number(row, "attempts"),
    dueAt: number(row, "due_at"),
    isAlone: number(row, "is_alone") === 1,
    warning: typeof warning === "string" ? warning : null,
    lastFailure:
      typeof code === "string" ? { code, sentence: text(row, "failure_sentence") } : null,
    cameFrom: typeof cameFrom === "string" ? cameFrom : null,
    commitment: commitmentNames.get(number(row, "commitment")) ?? "none",
    enteredAt: number(row, "entered_at"),
    changedAt: number(row, "changed_at"),
  };
}

export function listedItemOf(row: Row): ListedItem {
  const { job } = row;
  return { ...itemOf(row), job: typeof job === "string" ? job : null };
}

function text(row: Row, name: string): string {
  const value = row[name];
  if (typeof value !== "string") throw new TypeError(`column ${name} is not a text`);
  return value;
}

function number(row: Row, name: string): number {
  const value = row[name];
  if (typeof value !== "number") throw new TypeError(`column ${name} is not a number`);
  return value;
}
