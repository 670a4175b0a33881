import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Case } from "./cases.ts";
import { journalOf, type CaseSpec } from "./case-spec.ts";
import { readJournal } from "./journal.ts";
import { resultOf, type CaseResult } from "./run-case.ts";
import { runLife } from "./run-life.ts";

/**
 * Runs a case in this process, so that a debugger sees it: without a time-out, and a crash is a
 * crash. REQUIRES: a case of one life.
 */
export async function reproduce(
  one: Case,
  spec: Omit<CaseSpec, "name" | "life" | "folder">,
): Promise<CaseResult> {
  const begun = performance.now();
  const folder = mkdtempSync(join(tmpdir(), "baton-validate-"));
  try {
    await runLife({ ...spec, name: one.name, life: 0, folder });
    const result = resultOf(one, spec, readJournal(journalOf(folder)));
    return { ...result, durationMs: Math.round(performance.now() - begun), output: "" };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
