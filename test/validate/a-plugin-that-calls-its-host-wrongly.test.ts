import { describe, it } from "node:test";
import type { FindingCode } from "../../src/validate/findings.ts";
import { findsExactly } from "./broken-plugin.ts";

type Row = readonly [fault: string, only: string, ...codes: FindingCode[]];

/** What it does wrong, the case that shows it, and all that is found there. */
const rows: readonly Row[] = [
  ["run-kept", "jobs", "USED_TOO_LATE"],
  ["sink-kept", "jobs", "USED_TOO_LATE"],
  ["response-kept", "jobs", "USED_TOO_LATE"],
  ["run-on-thread", "jobs", "WRONG_THREAD"],
  ["bad-level", "jobs", "BAD_ARGUMENT"],
  ["bad-progress-push", "jobs", "BAD_ARGUMENT"],
  ["frees-after-submit", "jobs", "BAD_HANDLE"],
  ["registers-no-type", "jobs", "TYPE_NOT_REGISTERED"],
  ["registers-twice", "jobs", "NAME_TAKEN"],
  ["never-submits", "jobs", "UNSUBMITTED_JOB"],
  ["makes-no-job", "jobs", "REQUEST_FAILED", "NO_JOBS"],
];

describe("a plugin that calls its host wrongly is told exactly that", () => {
  for (const [fault, only, ...codes] of rows) {
    it(`${fault}: ${codes.join(", ")}`, async () => {
      await findsExactly({ fault, only: [only] }, codes);
    });
  }
});
