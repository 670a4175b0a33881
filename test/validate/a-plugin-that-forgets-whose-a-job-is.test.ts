import { describe, it } from "node:test";
import type { FindingCode } from "../../src/validate/findings.ts";
import { findsExactly } from "./broken-plugin.ts";

type Row = readonly [fault: string, only: string, ...codes: FindingCode[]];

const rows: readonly Row[] = [
  ["leaks-when-refused", "refused-submits", "LEAKED_JOB"],
  // The habit of other engines: the payload is gone when the host finalizes it.
  ["frees-the-payload", "refused-submits", "LEAKED_JOB", "CRASHED"],
  ["frees-twice", "refused-submits", "BAD_HANDLE"],
  ["submits-what-failed", "refused-creates", "BAD_ARGUMENT"],
  ["revive-forgets", "round-trip", "REVIVE_DIFFERS"],
  ["revive-refuses", "round-trip", "REVIVE_FAILED"],
  ["revive-refuses", "kill-and-reopen", "REVIVE_FAILED"],
  ["revive-leaks", "round-trip", "LEAKED_JOB", "REVIVE_FAILED"],
  ["reset-fails", "cancel-and-resubmit", "RESET_FAILED"],
  ["registers-no-type", "kill-and-reopen", "TYPE_NOT_REGISTERED"],
];

describe("a plugin that forgets whose a job is", () => {
  for (const [fault, only, ...codes] of rows) {
    it(`${fault}, in ${only}: ${codes.join(", ")}`, async () => {
      await findsExactly({ fault, only: [only] }, codes);
    });
  }

  it("revive-submits, in round-trip: BAD_REVIVE", async () => {
    await findsExactly({ fault: "revive-submits", only: ["round-trip"] }, ["BAD_REVIVE"]);
  });
});
