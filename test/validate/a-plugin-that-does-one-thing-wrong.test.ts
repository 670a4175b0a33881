import { describe, it } from "node:test";
import type { FindingCode } from "../../src/validate/findings.ts";
import { findsExactly } from "./broken-plugin.ts";

type Row = readonly [fault: string, only: string, ...codes: FindingCode[]];

/** What it does wrong, the case that shows it, and all that is found there. */
const rows: readonly Row[] = [
  ["unknown-step", "jobs", "BAD_STEP_RESULT"],
  ["run-kept", "jobs", "USED_TOO_LATE"],
  ["sink-kept", "jobs", "USED_TOO_LATE"],
  ["response-kept", "jobs", "USED_TOO_LATE"],
  ["run-on-thread", "jobs", "WRONG_THREAD"],
  ["bad-level", "jobs", "BAD_ARGUMENT"],
  ["bad-progress-push", "jobs", "BAD_ARGUMENT"],
  ["deaf", "cancel-and-resubmit", "SLOW_STOP"],
  ["progress-of-two", "jobs", "BAD_PROGRESS"],
  ["content-is-a-list", "jobs", "BAD_CONTENT"],
  ["state-fails", "jobs", "BAD_STATE"],
  ["hides-the-sink", "jobs", "GETTER_HIDES_ERROR"],
  ["unknown-status", "jobs", "BAD_STATUS", "REQUEST_FAILED"],
  ["frees-after-submit", "jobs", "BAD_HANDLE"],
  ["registers-no-type", "jobs", "TYPE_NOT_REGISTERED"],
  ["registers-twice", "jobs", "NAME_TAKEN"],
  ["never-submits", "jobs", "UNSUBMITTED_JOB"],
  ["makes-no-job", "jobs", "REQUEST_FAILED", "NO_JOBS"],
];

describe("a plugin that does one thing wrong is told exactly that", () => {
  for (const [fault, only, ...codes] of rows) {
    it(`${fault}: ${codes.join(", ")}`, () => findsExactly({ fault, only: [only] }, codes));
  }
});
