import { treeLimits } from "../../core/limits.ts";
import type { ProgressSnapshot } from "../../ports/progress.ts";

/** What a node has, and of which type. */
const members = {
  id: "string",
  kind: "string",
  name: "string",
  state: "string",
  weight: "number",
  done: "number",
  isCancelable: "boolean",
} as const;

/** What else it has in a state. */
const more: Readonly<Record<ProgressSnapshot["state"], Readonly<Record<string, string>>>> = {
  waiting: {},
  running: { startedAt: "number" },
  canceling: { startedAt: "number", reason: "string" },
  canceled: { endedAt: "number", reason: "string" },
  failed: { endedAt: "number", error: "object" },
  finished: { endedAt: "number" },
};

/** The tree of a native job has a root beside its parts. */
const mostNodes = treeLimits.nodes + 1;

/** A tree as another side has told it; null: it is none, or a larger one than is shown. */
export function readTree(told: unknown): ProgressSnapshot | null {
  const line: unknown[] = [told];
  for (let at = 0; at < line.length; at += 1) {
    const parts = partsOf(line[at]);
    if (parts === null || line.length + parts.length > mostNodes) return null;
    line.push(...parts);
  }
  return told as ProgressSnapshot;
}

/** Null: this is no node. */
function partsOf(node: unknown): readonly unknown[] | null {
  if (typeof node !== "object" || node === null) return null;
  const given = node as Readonly<Record<string, unknown>>;
  const { state, parts } = given;
  const isState = typeof state === "string" && Object.hasOwn(more, state);
  if (!isState || !Array.isArray(parts) || !has(given, members)) return null;
  return has(given, more[state as keyof typeof more]) ? parts : null;
}

const has = (
  given: Readonly<Record<string, unknown>>,
  types: Readonly<Record<string, string>>,
): boolean =>
  Object.entries(types).every(
    ([name, type]) => typeof given[name] === type && given[name] !== null,
  );
