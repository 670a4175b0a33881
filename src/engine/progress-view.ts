import { JobEngineError } from "../core/errors.ts";
import type { JobId } from "../core/job-id.ts";
import type { JobRecord } from "../core/job-record.ts";
import type { EngineEvent } from "../ports/job-event.ts";
import type { ProgressSnapshot } from "../ports/progress.ts";
import type { Ledger } from "./ledger.ts";
import { rootId, shownTree } from "./shown-tree.ts";
import { nodeIn } from "./trees.ts";

/** How far a job is, with everything below it, as it may be shown. */
export function progressOf(ledger: Ledger, record: JobRecord): ProgressSnapshot {
  const shown = ledger.shown(record);
  return shownTree(shown, ledger.tree(record.id), ledger.rates.remainingMs(shown));
}

/** The event of a change; its tree is made when somebody looks. Null: there is no tree. */
export function reported(ledger: Ledger, id: JobId): EngineEvent | null {
  if (ledger.tree(id) === null) return null;
  let tree: ProgressSnapshot | null = null;
  return {
    kind: "reported",
    id,
    get progress() {
      const record = ledger.table.get(id);
      if (tree === null && record !== null) tree = progressOf(ledger, record);
      return tree;
    },
  };
}

/**
 * Asks one branch to stop. True: it is the root, so it is the job that is asked.
 * @throws {JobEngineError} NOT_FOUND, WRONG_STATE
 */
export function cancelBranch(ledger: Ledger, record: JobRecord, id: string): boolean {
  const tree = progressOf(ledger, record);
  if (id === rootId || id === tree.id) return true;
  const node = nodeIn(tree, id);
  if (node === null) {
    const detail = `the tree of this job shows no node ${JSON.stringify(id.slice(0, 100))}`;
    throw new JobEngineError("NOT_FOUND", detail);
  }
  // As of a job: what has ended, or was asked before, is as it was asked to be.
  if (node.state !== "running" && node.state !== "waiting") return false;
  const payload = ledger.payload(record.id);
  if (!node.isCancelable || payload === null) {
    throw new JobEngineError("WRONG_STATE", `"${node.name}" cannot be canceled`);
  }
  payload.cancelBranch(id);
  return false;
}
