import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import type { JobRequest } from "../../src/validate/case-spec.ts";
import { findingsOf, type FindingCode } from "../../src/validate/findings.ts";
import type { CaseResult } from "../../src/validate/run-case.ts";
import { validatePlugin, type Validation } from "../../src/validate/validate-plugin.ts";
import { HostWorkshop } from "../native/support/host-workshop.ts";

const workshop = new HostWorkshop();
after(() => workshop.remove());

let library: string | null = null;

/** The plugin of test/native/plugins/broken.c; compiled once a file. */
export const brokenLibrary = (): string => (library ??= workshop.sharedLibrary("broken"));

export const brokenVariant = (output: string, define: string): string =>
  workshop.sharedLibrary("broken", output, [define]);

export const brokenAddon = (): string => workshop.addon("broken");

/** What makes a job of the plugin of broken.c. */
const usual: readonly JobRequest[] = [{ method: "POST", path: "/broken", body: {} }];

export interface Attempt {
  /** What it is to do wrong; null: nothing. */
  readonly fault: string | null;
  readonly only: readonly string[];
  readonly file?: string;
  readonly timeoutMs?: number;
  readonly requests?: readonly JobRequest[];
}

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** The plugin of test/native/plugins/thrower.cc. */
export function throwingLibrary(): string {
  const file = workshop.file("thrower.so");
  const include = `-I${path("../../native/include")}`;
  const source = path("../native/plugins/thrower.cc");
  const flags = ["-std=c++17", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", include];
  const run = spawnSync("c++", [...flags, "-o", file, source], { encoding: "utf8" });
  assert.equal(run.status, 0, run.stderr);
  return file;
}

/** Runs cases with a plugin that does one thing wrong. */
export async function attempt(options: Attempt): Promise<Validation> {
  const { fault, only, file = brokenLibrary(), timeoutMs = 60_000, requests = usual } = options;
  return validatePlugin({
    file,
    kind: file.endsWith(".node") ? "addon" : "library",
    requests,
    settings: fault === null ? {} : { broken: { fault } },
    seed: 1,
    timeoutMs,
    only,
  });
}

/** The codes that were found, in order, each once. */
export const codesOf = (results: readonly CaseResult[]): readonly FindingCode[] => [
  ...new Set(results.flatMap(({ findings }) => findings.map(({ code }) => code))),
];

/** A plugin with this fault is told exactly this, and is valid only if all of it is a warning. */
export async function findsExactly(
  options: Attempt,
  codes: readonly FindingCode[],
): Promise<Validation> {
  const validation = await attempt(options);
  assert.deepEqual(codesOf(validation.cases), codes, JSON.stringify(validation, null, 1));
  const worst = findingsOf(
    codes.map((code) => ({ code, what: "" })),
    "failed",
  );
  assert.equal(
    validation.isValid,
    worst.every(({ severity }) => severity === "warning"),
  );
  return validation;
}
