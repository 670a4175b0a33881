import { isLogLevel } from "../../../core/job-log.ts";
import { treeLimits } from "../../../core/limits.ts";
import type { ProgressSnapshot } from "../../../ports/progress.ts";

/** Members by their types; undefined: this is no such value. */
const readers = {
  text: (told: unknown) => (typeof told === "string" ? told.slice(0, treeLimits.chars) : undefined),
  number: (told: unknown) => (Number.isFinite(told) ? told : undefined),
  "number?": (told: unknown) => (told === null || Number.isFinite(told) ? told : undefined),
  "part?": (told: unknown) => (told === null || isPart(told, 1) ? told : undefined),
  "percent?": (told: unknown) => (told === null || isPart(told, 100) ? told : undefined),
  // Absent if there are none.
  "count?": (told: unknown) => (Number.isSafeInteger(told) ? told : undefined),
  flag: (told: unknown) => (typeof told === "boolean" ? told : undefined),
  error: readError,
  "line?": (told: unknown) => (told === null ? null : readLogLine(told)),
} as const;

type Type = keyof typeof readers;

const isPart = (told: unknown, whole: number): boolean =>
  typeof told === "number" && told >= 0 && told <= whole;

function readError(told: unknown): object | undefined {
  const { name, message } = Object(told) as Given;
  if (typeof name !== "string" || typeof message !== "string") return undefined;
  return { name: name.slice(0, treeLimits.chars), message: message.slice(0, treeLimits.chars) };
}

/** The last line of a node is its own, and so has no path. */
function readLogLine(told: unknown): object | undefined {
  const { time, level, text } = Object(told) as Given;
  if (!Number.isFinite(time) || typeof text !== "string" || !isLogLevel(level)) return undefined;
  return { time, level, text: text.slice(0, treeLimits.chars), path: [] };
}

/** What a node has, and of which type. */
const members: Readonly<Record<string, Type>> = {
  id: "text",
  kind: "text",
  name: "text",
  state: "text",
  weight: "number",
  done: "number",
  total: "number?",
  fraction: "part?",
  percent: "percent?",
  isCancelable: "flag",
  lastLine: "line?",
  omitted: "count?",
};

/** What else it has in a state. */
const more: Readonly<Record<ProgressSnapshot["state"], Readonly<Record<string, Type>>>> = {
  waiting: {},
  running: { startedAt: "number", etaMs: "number?" },
  canceling: { startedAt: "number", reason: "text" },
  canceled: { startedAt: "number?", endedAt: "number", reason: "text" },
  failed: { startedAt: "number?", endedAt: "number", error: "error" },
  finished: { startedAt: "number?", endedAt: "number" },
};

/** The tree of a native job has a root beside its parts. */
const mostNodes = treeLimits.nodes + 1;

/** A tree as another side has told it, its texts cut; null: it is none, or a larger one than is shown. */
export function readTree(told: unknown): ProgressSnapshot | null {
  const root = readNode(told);
  if (root === null) return null;
  const line = [root];
  let count = 1;
  for (const { node, parts } of line) {
    count += parts.length;
    if (count > mostNodes) return null;
    for (const part of parts) {
      const read = readNode(part);
      if (read === null) return null;
      node.parts.push(read.node);
      line.push(read);
    }
  }
  return root.node as unknown as ProgressSnapshot;
}

interface Read {
  /** New; what it can have beside is left out. */
  readonly node: Given & { readonly parts: unknown[] };
  /** As they were told. */
  readonly parts: readonly unknown[];
}

type Given = Readonly<Record<string, unknown>>;

/** Null: this is no node. */
function readNode(told: unknown): Read | null {
  if (typeof told !== "object" || told === null) return null;
  const given = told as Given;
  const { state, parts } = given;
  const isState = typeof state === "string" && Object.hasOwn(more, state);
  if (!isState || !Array.isArray(parts)) return null;
  const wanted = Object.entries({ ...members, ...more[state as keyof typeof more] });
  const node: Record<string, unknown> & { parts: unknown[] } = { parts: [] };
  for (const [name, type] of wanted) {
    const value = given[name];
    if (value === undefined && type === "count?") continue;
    const read = readers[type](value);
    if (read === undefined) return null;
    node[name] = read;
  }
  return { node, parts };
}
