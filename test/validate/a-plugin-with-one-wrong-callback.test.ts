import { describe, it } from "node:test";
import type { FindingCode } from "../../src/validate/findings.ts";
import { findsExactly, throwingLibrary } from "./broken-plugin.ts";

type Row = readonly [fault: string, only: string, ...codes: FindingCode[]];

/** What it does wrong, the case that shows it, and all that is found there. */
const rows: readonly Row[] = [
  ["unknown-step", "jobs", "BAD_STEP_RESULT"],
  ["deaf", "cancel-and-resubmit", "SLOW_STOP"],
  ["progress-of-two", "jobs", "BAD_PROGRESS"],
  ["content-is-a-list", "jobs", "BAD_CONTENT"],
  ["state-fails", "jobs", "BAD_STATE"],
  ["hides-the-sink", "jobs", "GETTER_HIDES_ERROR"],
  ["unknown-status", "jobs", "BAD_STATUS", "REQUEST_FAILED"],
];

describe("a plugin with one wrong callback is told exactly that", () => {
  for (const [fault, only, ...codes] of rows) {
    it(`${fault}: ${codes.join(", ")}`, async () => {
      await findsExactly({ fault, only: [only] }, codes);
    });
  }

  it("a step that throws: EXCEPTION", async () => {
    const throwing = { fault: null, only: ["jobs"], file: throwingLibrary(), requests: [] };
    await findsExactly(throwing, ["EXCEPTION"]);
  });
});
