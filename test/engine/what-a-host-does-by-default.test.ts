import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { describe, it } from "node:test";
import { completeOptions } from "../../src/host-options.ts";
import { openHost } from "../../src/index.ts";

void describe("a host without options", () => {
  void it("has the limits that the documents promise", () => {
    const { concurrentJobs, limitJobs, drainTimeoutMs, historySize, ...rest } = completeOptions({});
    const { failedHistorySize, failedMaxAgeMs } = rest;
    assert.deepEqual(
      { concurrentJobs, limitJobs, drainTimeoutMs, historySize, failedHistorySize, failedMaxAgeMs },
      {
        concurrentJobs: 2,
        limitJobs: 10_000,
        drainTimeoutMs: 10_000,
        historySize: 10,
        failedHistorySize: 10_000,
        failedMaxAgeMs: 30 * 24 * 60 * 60 * 1_000,
      },
    );
  });

  void it("has a slot for each core if it is to have none", () => {
    assert.equal(completeOptions({ concurrentJobs: 0 }).concurrentJobs, availableParallelism());
  });
});

void describe("a host that is to keep one failure", () => {
  void it("keeps one, whatever it keeps of successes", async () => {
    await using host = await openHost({ failedHistorySize: 1, historySize: 5 });
    const wait = (kind: "success" | "failure"): Promise<unknown> =>
      host.submitJobAndWait(host.createJob({ type: kind, payload: null, step: () => ended[kind] }));
    for (const kind of ["failure", "success", "success", "failure"] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await wait(kind).catch(() => undefined);
    }
    assert.deepEqual(
      host.jobs().map(({ type }) => type),
      ["success", "success", "failure"],
    );
  });
});

const ended = {
  success: { kind: "success" },
  failure: { kind: "failure", error: { code: "OWN", message: "" }, retryable: false },
} as const;
