import { requireBinding } from "../native/binding.ts";
import { cases, type Case } from "./cases.ts";
import type { CaseSpec, NativeKind } from "./case-spec.ts";
import { findingsOf } from "./findings.ts";
import { runCase, type CaseResult } from "./run-case.ts";

/** What a validation is made of. */
export interface ValidationOptions extends Pick<CaseSpec, "file" | "requests" | "settings"> {
  readonly kind: NativeKind;
  readonly seed: number;
  /** How long each process of a case may take; milliseconds. */
  readonly timeoutMs: number;
  /** Only these cases; null: all. */
  readonly only: readonly string[] | null;
  /** Hears of each case when it has ended. */
  readonly onResult?: (result: CaseResult) => void;
}

/** How a validation ended. */
export interface Validation {
  readonly file: string;
  readonly seed: number;
  /** No case failed. */
  readonly isValid: boolean;
  readonly cases: readonly CaseResult[];
}

/** Without these nothing else makes sense. */
const fatal: ReadonlySet<string> = new Set([
  "PLUGIN_NOT_LOADED",
  "NOT_A_PLUGIN",
  "PLUGIN_ABI_MISMATCH",
]);

/**
 * Nothing native can be looked at without the host's addon, and no plugin is to blame for that.
 * @throws {JobEngineError} PLUGIN_NOT_LOADED
 */
export function requireAddon(): void {
  requireBinding();
}

/** Drives a native plugin through the contract, each case in a process of its own. */
export async function validatePlugin(options: ValidationOptions): Promise<Validation> {
  const { file, kind, requests, settings, seed, timeoutMs } = options;
  const wanted = cases.filter(
    ({ name, kinds }) => kinds.includes(kind) && (options.only?.includes(name) ?? true),
  );
  const results: CaseResult[] = [];
  for (const one of wanted) {
    const why = reasonAgainst(one, results);
    const result =
      why === null
        ? withoutJobs(await runCase(one, { file, kind, requests, settings, seed }, timeoutMs))
        : notRun(one, why);
    results.push(result);
    options.onResult?.(result);
  }
  return {
    file,
    seed,
    isValid: results.every(({ outcome }) => outcome !== "failed"),
    cases: results,
  };
}

/** Why a case is of no use after these; null: it is. */
function reasonAgainst(one: Case, results: readonly CaseResult[]): string | null {
  if (results.some(({ findings }) => findings.some(({ code }) => fatal.has(code)))) {
    return "the plugin cannot be loaded";
  }
  const jobs = results.find(({ name }) => name === "jobs");
  return one.needsJobs && isJobless(jobs) ? "no job was made" : null;
}

const isJobless = (jobs: CaseResult | undefined): boolean =>
  jobs?.findings.some(({ code }) => code === "NO_JOBS") ?? false;

/** A plugin that makes no job was not looked at. */
function withoutJobs(result: CaseResult): CaseResult {
  const isSilent = result.name === "jobs" && result.created === 0 && result.outcome !== "failed";
  if (!isSilent) return result;
  const what = "start submitted no job, and no request made one";
  const findings = [...result.findings, ...findingsOf([{ code: "NO_JOBS", what }], "failed")];
  return { ...result, outcome: "warning", findings };
}

const notRun = ({ name, title }: Case, why: string): CaseResult => ({
  name,
  title,
  outcome: "not run",
  why,
  findings: [],
  durationMs: 0,
  created: 0,
  output: "",
});
