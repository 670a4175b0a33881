import type { JobRecord } from "../core/job-record.ts";
import type { JobFailure } from "../core/job-state.ts";
import type { ProgressSnapshot } from "../ports/progress.ts";

/** The id of every root, whatever it calls itself: canceling it cancels the job. */
export const rootId = "0";

/** What a node has, whatever its state. */
type Plain = Omit<Extract<ProgressSnapshot, { readonly state: "waiting" }>, "state">;

/** The tree of a job as it is shown. `tree`: the last one that was told; null: it has none. */
export function shownTree(
  record: JobRecord,
  tree: ProgressSnapshot | null,
  remainingMs: number | null,
): ProgressSnapshot {
  // While it runs, whoever runs it knows whether it is reset; a job that is not saved is due to its end.
  const isOld = record.resetDue && record.state.kind !== "running";
  if (tree === null || isOld) return rootOf(record, remainingMs);
  // Whoever runs native jobs knows no better name for the root.
  return inStateOf(record, tree.name === "" ? { ...tree, name: record.type } : tree);
}

function inStateOf({ state, changedAt }: JobRecord, tree: ProgressSnapshot): ProgressSnapshot {
  switch (state.kind) {
    case "running":
      return state.requested === "cancel" ? asked(tree) : tree;
    case "pending":
    case "paused":
    case "retrying":
      return atRest(tree);
    case "succeeded":
      return ended(tree, { kind: "finished", at: changedAt });
    case "failed":
      return ended(tree, { kind: "failed", at: changedAt, error: state.error });
  }
}

/** A root made of what the record says. */
function rootOf(record: JobRecord, remainingMs: number | null): ProgressSnapshot {
  const { state, type, progress, changedAt } = record;
  const fraction = state.kind === "succeeded" ? 1 : Math.min(1, Math.max(0, progress));
  const percent = fraction === 1 ? 100 : Math.min(99, Math.floor(fraction * 100 + 1e-9));
  const plain: Plain = {
    id: rootId,
    kind: "observer",
    name: type,
    weight: 1,
    done: fraction * 100,
    total: 100,
    fraction,
    percent,
    isCancelable: true,
    lastLine: null,
    parts: [],
  };
  switch (state.kind) {
    case "pending":
    case "paused":
    case "retrying":
      return { state: "waiting", ...plain };
    case "running": {
      const etaMs = remainingMs === null ? null : Math.round(remainingMs);
      const root = { state: "running", startedAt: changedAt, etaMs, ...plain } as const;
      return state.requested === "cancel" ? asked(root) : root;
    }
    case "succeeded":
      return { state: "finished", startedAt: null, endedAt: changedAt, ...plain };
    case "failed":
      return { ...failed(state.error, null, changedAt), ...plain };
  }
}

function asked(tree: ProgressSnapshot): ProgressSnapshot {
  if (tree.state !== "running") return tree;
  const { etaMs: _eta, ...rest } = tree;
  return { ...rest, state: "canceling", reason: "the job is asked to cancel" };
}

/** Nothing says how long what does not run will take. */
function atRest(tree: ProgressSnapshot): ProgressSnapshot {
  const parts = tree.parts.map(atRest);
  return tree.state === "running" ? { ...tree, etaMs: null, parts } : { ...tree, parts };
}

type End =
  | { readonly kind: "finished"; readonly at: number }
  | { readonly kind: "failed"; readonly at: number; readonly error: JobFailure };

/** Its job has ended, and so has what of it has not said so itself. */
function ended(tree: ProgressSnapshot, end: End): ProgressSnapshot {
  const parts = tree.parts.map((part) => endedPart(part, end));
  if (hasEnded(tree)) return { ...tree, parts };
  const startedAt = tree.state === "waiting" ? null : tree.startedAt;
  if (end.kind === "finished") return { ...finished(tree, startedAt, end.at), parts };
  return { ...plainOf(tree), ...failed(end.error, startedAt, end.at), parts };
}

function endedPart(part: ProgressSnapshot, end: End): ProgressSnapshot {
  const parts = part.parts.map((below) => endedPart(below, end));
  if (hasEnded(part)) return { ...part, parts };
  const startedAt = part.state === "waiting" ? null : part.startedAt;
  if (end.kind === "finished" && part.state === "running") {
    return { ...finished(part, startedAt, end.at), parts };
  }
  const reason = end.kind === "finished" ? "the job has ended" : end.error.message;
  return { ...plainOf(part), state: "canceled", startedAt, endedAt: end.at, reason, parts };
}

function finished(
  node: ProgressSnapshot,
  startedAt: number | null,
  endedAt: number,
): ProgressSnapshot {
  const done = node.total ?? node.done;
  const whole = { done, total: done, fraction: 1, percent: 100 };
  return { ...plainOf(node), ...whole, state: "finished", startedAt, endedAt };
}

function failed(error: JobFailure, startedAt: number | null, endedAt: number) {
  const { code, message } = error;
  if (code === "JOB_CANCELED") {
    return { state: "canceled", startedAt, endedAt, reason: message } as const;
  }
  return { state: "failed", startedAt, endedAt, error: { name: code, message } } as const;
}

function plainOf(node: ProgressSnapshot): Plain {
  const { id, kind, name, weight, done, total, fraction, percent } = node;
  const { isCancelable, lastLine, parts, omitted } = node;
  const plain = { id, kind, name, weight, done, total, fraction, percent, isCancelable, lastLine };
  return { ...plain, parts, ...(omitted === undefined ? {} : { omitted }) };
}

const hasEnded = ({ state }: ProgressSnapshot): boolean =>
  state === "finished" || state === "failed" || state === "canceled";
