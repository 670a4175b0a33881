import type { ThrownError } from "./errors.ts";
import { describeThrown } from "./errors.ts";
import type { LogLine } from "./log-book.ts";
import type { Node, NodeKind } from "./node.ts";

/** What there is of a state, as JSON. Times are epoch milliseconds. */
export type Condition =
  | { readonly state: "waiting" }
  | {
      readonly state: "running";
      readonly startedAt: number;
      /** Milliseconds that are left, smoothed; null: it means nothing yet. */
      readonly etaMs: number | null;
    }
  | { readonly state: "canceling"; readonly startedAt: number; readonly reason: string }
  | {
      readonly state: "canceled";
      /** Null: it was canceled before it began. */
      readonly startedAt: number | null;
      readonly endedAt: number;
      readonly reason: string;
    }
  | {
      readonly state: "failed";
      readonly startedAt: number | null;
      readonly endedAt: number;
      readonly error: ThrownError;
    }
  | { readonly state: "finished"; readonly startedAt: number | null; readonly endedAt: number };

/** How things stand at one moment, as plain JSON: what crosses to other threads and machines. */
export type Snapshot = Condition & {
  /** Unique among what was made in this process. */
  readonly id: string;
  readonly kind: NodeKind;
  readonly name: string;
  /** Its share of its parent; 1 if it has none. */
  readonly weight: number;
  /** Never more than `total`. */
  readonly done: number;
  /** Null: unknown. */
  readonly total: number | null;
  /** From 0 to 1, never less than shown before; 1 if all is done. Null: the total is unknown. */
  readonly fraction: number | null;
  /** `fraction` in whole percent, rounded down. */
  readonly percent: number | null;
  readonly isCancelable: boolean;
  /** The last line it logged itself; null: none. */
  readonly lastLine: LogLine | null;
  readonly parts: readonly Snapshot[];
  /** How many parts are left out, because the tree is too large to be shown whole; absent: none. */
  readonly omitted?: number;
};

/** Most nodes of a large tree have none. */
const noParts: readonly Snapshot[] = [];

export function snapshotOf(node: Node): Snapshot {
  const parts = node.parts.length === 0 ? noParts : node.parts.map(snapshotOf);
  return { ...aloneOf(node), parts };
}

/** How large a snapshot may be that leaves the process. */
export interface SnapshotLimits {
  /** What is further from the root is left out first, and of one level what was added last. */
  readonly nodes: number;
  /** Longest name, reason, message or line; the rest is cut. */
  readonly chars: number;
}

/** The same, but not larger than this. */
export function snapshotWithin(node: Node, { nodes, chars }: SnapshotLimits): Snapshot {
  const root = trimmed(aloneOf(node), chars);
  const line: [Node, Room][] = [[node, root]];
  let left = nodes - 1;
  for (let at = line.shift(); at !== undefined; at = line.shift()) {
    const [{ parts }, shown] = at;
    const kept = parts.slice(0, Math.max(0, left));
    left -= kept.length;
    for (const part of kept) {
      const copy = trimmed(aloneOf(part), chars);
      shown.parts.push(copy);
      if (part.parts.length > 0) line.push([part, copy]);
    }
    if (kept.length < parts.length) shown.omitted = parts.length - kept.length;
  }
  return root;
}

/** A snapshot that still takes in parts. */
type Room = Snapshot & { readonly parts: Snapshot[]; omitted?: number };

function trimmed(alone: Omit<Snapshot, "parts">, chars: number): Room {
  const copy = { ...alone, name: alone.name.slice(0, chars), parts: [] } as Mutable<Room>;
  if (copy.lastLine !== null) {
    copy.lastLine = { ...copy.lastLine, text: copy.lastLine.text.slice(0, chars) };
  }
  if ("reason" in copy) copy.reason = copy.reason.slice(0, chars);
  if ("error" in copy) {
    const { name, message } = copy.error;
    copy.error = { name: name.slice(0, chars), message: message.slice(0, chars) };
  }
  return copy;
}

type Mutable<T> = T extends unknown ? { -readonly [Key in keyof T]: T[Key] } : never;

function aloneOf(node: Node): Omit<Snapshot, "parts"> & Condition {
  const { id, kind, name, isCancelable } = node;
  const { weight, done, total } = node.measure;
  const fraction = fractionOf(node);
  // First, because that is how engines copy an object at once.
  return {
    ...conditionOf(node),
    id,
    kind,
    name,
    weight,
    done,
    total,
    fraction,
    percent: fraction === null ? null : percentOf(fraction),
    isCancelable,
    lastLine: lastLineOf(node),
  };
}

/** What may be shown; null: the total is unknown. */
export const fractionOf = ({ measure }: Node): number | null =>
  measure.total === null ? null : measure.fraction;

/** 0.29 shows as 29, whatever binary fractions make of it; only the whole shows as 100. */
const percentOf = (fraction: number): number =>
  fraction === 1 ? 100 : Math.min(99, Math.floor(fraction * 100 + 1e-9));

function lastLineOf({ log }: Node): LogLine | null {
  const { last } = log;
  return last && { time: last.time, level: last.level, text: last.text, path: [] };
}

function conditionOf(node: Node): Condition {
  const { life } = node;
  switch (life.state) {
    case "waiting":
      return { state: life.state };
    case "running": {
      const { leftMs } = node;
      const etaMs = leftMs === null ? null : Math.round(leftMs);
      return { state: life.state, startedAt: life.startedAt, etaMs };
    }
    case "canceling":
      return { state: life.state, startedAt: life.startedAt, reason: words(life.reason) };
    case "canceled": {
      const { state, startedAt, endedAt } = life;
      return { state, startedAt, endedAt, reason: words(life.reason) };
    }
    case "failed": {
      const { state, startedAt, endedAt } = life;
      return { state, startedAt, endedAt, error: describeThrown(life.error) };
    }
    case "finished":
      return { state: life.state, startedAt: life.startedAt, endedAt: life.endedAt };
  }
}

const words = (reason: unknown): string => describeThrown(reason).message;
