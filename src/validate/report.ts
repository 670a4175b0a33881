import type { CaseResult } from "./run-case.ts";
import type { Validation } from "./validate-plugin.ts";

const marks = {
  ok: "ok",
  warning: "warning",
  failed: "FAILED",
  "not run": "not run",
} as const satisfies Record<CaseResult["outcome"], string>;

/** The name column is as wide as the longest name; characters. */
const nameWidth = 20;

/** One line for a case, and one for each thing that was found. */
export function caseText(result: CaseResult): string {
  const start = `${marks[result.outcome].padEnd(8)} ${result.name.padEnd(nameWidth)}`;
  const lines = [`${start} ${result.title}${result.why === null ? "" : `: ${result.why}`}`];
  for (const { code, what, advice, more } of result.findings) {
    const others = more === 0 ? "" : ` (and ${more} more of this kind)`;
    lines.push(`         ${code}: ${what}${others}. ${advice}`);
  }
  if (result.output.trim() !== "") {
    lines.push(
      ...result.output
        .trim()
        .split("\n")
        .map((line) => `         | ${line}`),
    );
  }
  return `${lines.join("\n")}\n`;
}

/** How many cases ended how, and how to have one again. */
export function summaryText(validation: Validation, plugin: string): string {
  const outcomes = Object.keys(marks) as readonly CaseResult["outcome"][];
  const counts = outcomes.flatMap((outcome) => {
    const count = validation.cases.filter((each) => each.outcome === outcome).length;
    return count === 0 ? [] : [`${count} ${marks[outcome]}`];
  });
  const bad = validation.cases.find(({ outcome }) => outcome === "failed");
  const again =
    bad === undefined
      ? ""
      : `Again, in one process: baton validate ${plugin} --reproduce ${bad.name} --seed ${validation.seed}\n`;
  return `${counts.join(", ")}; seed ${validation.seed}\n${again}`;
}

/** The whole as one JSON object; docs/validating-a-plugin.md describes it. */
export function validationJson(validation: Validation): string {
  return `${JSON.stringify({ format: 1, ...validation }, null, 2)}\n`;
}
