import { appendFileSync, readFileSync } from "node:fs";
import { isFindingCode, type Found } from "./findings.ts";

/** A line of the file into which a case, and the native layer below it, write what happens. */
export type JournalLine =
  | ({ readonly kind: "found" } & Found)
  /** What the case is about to do: named when it hangs or crashes there. */
  | { readonly kind: "phase"; readonly name: string }
  /** The case does not apply, with a reason. */
  | { readonly kind: "not-run"; readonly why: string }
  /** The process kills itself now. */
  | { readonly kind: "killing" }
  | { readonly kind: "counted"; readonly created: number; readonly saved: number }
  /** The case has come to its end. */
  | { readonly kind: "done" };

export function writeLine(file: string, line: JournalLine): void {
  appendFileSync(file, `${JSON.stringify(line)}\n`);
}

/** A last line that is torn, by a crash, is left out. */
export function readJournal(file: string): readonly JournalLine[] {
  const text = readFileSync(file, "utf8");
  return text.split("\n").flatMap((line) => {
    const read = parse(line);
    return read === null ? [] : [read];
  });
}

function parse(text: string): JournalLine | null {
  try {
    const line = JSON.parse(text) as JournalLine;
    if (line.kind === "found" && !isFindingCode(line.code)) {
      return { kind: "found", code: "VALIDATOR_DEFECT", what: `an unknown code: ${text}` };
    }
    return line;
  } catch {
    return null;
  }
}
