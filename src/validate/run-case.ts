import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Case } from "./cases.ts";
import { journalOf, type CaseSpec } from "./case-spec.ts";
import { findingsOf, type Finding, type Found } from "./findings.ts";
import { readJournal, writeLine, type JournalLine } from "./journal.ts";

/** What became of a case. */
export interface CaseResult {
  readonly name: string;
  readonly title: string;
  readonly outcome: "ok" | "warning" | "failed" | "not run";
  /** Why it was not run, else null. */
  readonly why: string | null;
  readonly findings: readonly Finding[];
  readonly durationMs: number;
  /** Jobs that the plugin created. */
  readonly created: number;
  /** The end of what its processes wrote to standard error, if one of them died. */
  readonly output: string;
}

/** By its URL, since the compiler does not rewrite such names. */
const entry = new URL(
  `./case-process${extname(new URL(import.meta.url).pathname)}`,
  import.meta.url,
);

/** So much of the standard error of a process is kept; characters. */
const keptOutput = 2_000;

/** Runs the processes of a case, one after the other. A process that takes longer is killed. */
export async function runCase(
  one: Case,
  spec: Omit<CaseSpec, "name" | "life" | "folder">,
  timeoutMs: number,
): Promise<CaseResult> {
  const begun = performance.now();
  const folder = mkdtempSync(join(tmpdir(), "baton-validate-"));
  const journal = journalOf(folder);
  writeLine(journal, { kind: "phase", name: "load" });
  let output = "";
  try {
    for (const life of one.lives.keys()) {
      const ended = await runProcess({ ...spec, name: one.name, life, folder }, timeoutMs);
      const isAsMeant = judge(journal, ended, timeoutMs);
      if (!isAsMeant) output += ended.output;
      if (!isAsMeant || readJournal(journal).some(({ kind }) => kind === "not-run")) break;
    }
    const lines = readJournal(journal);
    return {
      ...resultOf(one, spec, lines),
      output,
      durationMs: Math.round(performance.now() - begun),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly isLate: boolean;
  readonly output: string;
}

function runProcess(spec: CaseSpec, timeoutMs: number): Promise<Ended> {
  const child = spawn(process.execPath, [fileURLToPath(entry), JSON.stringify(spec)], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let output = "";
  let isLate = false;
  child.stderr.setEncoding("utf8");
  child.stderr.on("data", (text: string) => {
    output = (output + text).slice(-keptOutput);
  });
  const timer = setTimeout(() => {
    isLate = true;
    child.kill("SIGKILL");
  }, timeoutMs);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, isLate, output });
    });
  });
}

/** True: the process ended as it was meant to; else how it ended is added to the journal. */
function judge(journal: string, ended: Ended, timeoutMs: number): boolean {
  const lines = readJournal(journal);
  const last = lines.at(-1);
  if (last?.kind === "done" && ended.code === 0) return true;
  if (last?.kind === "killing" && ended.signal === "SIGKILL" && !ended.isLate) return true;
  const phase = lines.findLast((line) => line.kind === "phase");
  const during = phase?.kind === "phase" ? `during: ${phase.name}` : "";
  writeLine(journal, { kind: "found", ...deathOf(ended, during, timeoutMs) });
  return false;
}

function deathOf(ended: Ended, during: string, timeoutMs: number): Found {
  if (ended.isLate) {
    return { code: "HUNG", what: `nothing happened for ${timeoutMs / 1000} s, ${during}` };
  }
  if (ended.signal !== null) {
    return { code: "CRASHED", what: `the process died of ${ended.signal}, ${during}` };
  }
  return { code: "EXITED", what: `the process ended with exit code ${ended.code}, ${during}` };
}

/** What became of a case, by its journal. */
export function resultOf(
  one: Case,
  spec: Pick<CaseSpec, "kind">,
  lines: readonly JournalLine[],
): Omit<CaseResult, "durationMs" | "output"> {
  const found = lines.filter((line) => line.kind === "found");
  const worst = one.lenientFor.includes(spec.kind) ? "warning" : "failed";
  const findings = findingsOf(found, worst);
  const notRun = lines.find((line) => line.kind === "not-run");
  const counted = lines.filter((line) => line.kind === "counted");
  const { name, title } = one;
  const created = Math.max(0, ...counted.map((line) => line.created));
  const why = findings.length === 0 && notRun !== undefined ? notRun.why : null;
  return { name, title, outcome: outcomeOf(findings, why), why, findings, created };
}

function outcomeOf(findings: readonly Finding[], why: string | null): CaseResult["outcome"] {
  if (findings.some(({ severity }) => severity === "failed")) return "failed";
  if (findings.length > 0) return "warning";
  return why === null ? "ok" : "not run";
}
