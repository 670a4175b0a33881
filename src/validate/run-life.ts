import { cases } from "./cases.ts";
import { journalOf, type CaseSpec } from "./case-spec.ts";
import { isFindingCode, type FindingCode } from "./findings.ts";
import { writeLine } from "./journal.ts";
import { Stage } from "./stage.ts";

/** Does what one process of a case does; what happens is in the journal. */
export async function runLife(spec: CaseSpec): Promise<void> {
  const stage = new Stage(spec);
  const life = cases.find(({ name }) => name === spec.name)?.lives[spec.life];
  try {
    await life?.(stage);
  } catch (error) {
    stage.found(codeOf(error), error instanceof Error ? error.message : String(error));
  }
  const { created, saved } = stage.checker.counts();
  writeLine(journalOf(spec.folder), { kind: "counted", created, saved });
  writeLine(journalOf(spec.folder), { kind: "done" });
}

function codeOf(error: unknown): FindingCode {
  const code = String(Reflect.get(Object(error), "code"));
  if (code === "PLUGIN_START_FAILED") return "START_FAILED";
  if (code === "PLUGIN_NOT_FOUND" || code === "PLUGIN_NOT_LOADABLE") return "PLUGIN_NOT_LOADED";
  if (code === "PLUGIN_INVALID") return "NOT_A_PLUGIN";
  return isFindingCode(code) ? code : "VALIDATOR_DEFECT";
}
