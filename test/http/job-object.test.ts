import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { jobObject, timeText } from "../../src/http/orthanc.ts";
import { scriptedJob } from "./scripted-host.ts";

const now = Date.UTC(2026, 10, 21, 20, 30, 0, 5);

describe("a job on the wire", () => {
  it("has times of UTC with six digits, also when the fraction is zero", () => {
    assert.equal(timeText(Date.UTC(2026, 0, 2, 3, 4, 5, 0)), "20260102T030405.000000");
    assert.equal(timeText(Date.UTC(2026, 11, 31, 23, 59, 59, 987)), "20261231T235959.987000");
  });

  it("says nothing of ends, errors and estimates while it is pending", () => {
    assert.deepEqual(jobObject(scriptedJob({ content: { a: 1 } }), now), {
      Attempts: 0,
      Content: { a: 1 },
      CreationTime: "20261121T202857.691000",
      EffectiveRuntime: 0,
      ErrorCode: 0,
      ErrorDescription: "Success",
      ErrorDetails: "",
      ID: "9ce5e95f-3dda-4d08-9439-538eb0c36bf0",
      Priority: 0,
      Progress: 0,
      State: "Pending",
      Timestamp: "20261121T203000.005000",
      Type: "Lab",
    });
  });

  it("shows what was said of it at submit, in its place by the alphabet", () => {
    const startAt = Date.UTC(2026, 10, 21, 21, 0, 0, 0);
    const job = scriptedJob({ key: "modality:PACS1", startAt, userData: { ticket: 7 } });
    const shown = jobObject(job, now);
    assert.equal(shown.Key, "modality:PACS1");
    assert.equal(shown.StartAfter, "20261121T210000.000000");
    assert.deepEqual(shown.UserData, { ticket: 7 });
    assert.deepEqual(Object.keys(shown), Object.keys(shown).toSorted());
  });

  it("has a completion time only when it is finished", () => {
    for (const state of ["succeeded", "failed"] as const) {
      assert.equal(jobObject(scriptedJob({ state }), now).CompletionTime, "20261121T202858.000000");
    }
    for (const state of ["pending", "running", "paused", "retrying"] as const) {
      assert.equal(jobObject(scriptedJob({ state }), now).CompletionTime, undefined);
    }
  });

  it("has an estimate only when it runs and is above one percent", () => {
    const running = scriptedJob({ state: "running", progress: 0.25, remainingMs: 3000 });
    assert.equal(jobObject(running, now).EstimatedTimeOfArrival, "20261121T203003.005000");
    for (const job of [
      { ...running, progress: 0.01 },
      { ...running, remainingMs: null },
    ]) {
      assert.equal(jobObject(job, now).EstimatedTimeOfArrival, undefined);
    }
  });

  it("has a progress of whole percents between 0 and 100", () => {
    const shown = [0.005, 0.674, 0.675, 1, 2.5, -1, Number.NaN, Infinity].map(
      (progress) => jobObject(scriptedJob({ progress }), now).Progress,
    );
    assert.deepEqual(shown, [1, 67, 68, 100, 100, 0, 0, 100]);
  });

  it("counts its runtime in seconds", () => {
    assert.equal(jobObject(scriptedJob({ runtimeMs: 161 }), now).EffectiveRuntime, 0.161);
  });

  it("shows a failure with Orthanc's number and ours beside it", () => {
    const error = { code: "JOB_CANCELED", message: "This job was canceled" };
    const shown = jobObject(scriptedJob({ state: "failed", error }), now);
    assert.equal(shown.State, "Failure");
    assert.equal(shown.ErrorCode, 37);
    assert.equal(shown.ErrorDescription, "This job was canceled");
    assert.equal(shown.ErrorDetails, "This job was canceled");
    assert.deepEqual(shown.BatonError, { Code: error.code, Message: error.message, Attempt: 1 });
  });

  it("shows the details of a failure, none too", () => {
    for (const details of [{ status: 503 }, null]) {
      const error = { code: "PRINTER_ON_FIRE", message: "it burns", details };
      const shown = jobObject(scriptedJob({ state: "failed", error }), now);
      const expected = { Code: error.code, Details: details, Message: "it burns", Attempt: 1 };
      assert.deepEqual(shown.BatonError, expected);
    }
  });

  it("shows a plugin's own code as Orthanc's 1", () => {
    const error = { code: "PRINTER_ON_FIRE", message: "it burns" };
    const shown = jobObject(
      scriptedJob({ state: "failed", error, attempts: 2, maxAttempts: 5 }),
      now,
    );
    assert.equal(shown.ErrorCode, 1);
    assert.equal(shown.ErrorDescription, "Error encountered within the plugin engine");
    assert.equal(shown.BatonError?.Attempt, 3);
  });

  it("shows in which attempt it failed, whether that one could have been tried again or not", () => {
    const cases = [
      { code: "PRINTER_ON_FIRE", attempts: 2, maxAttempts: 5, attempt: 3 },
      { code: "PRINTER_ON_FIRE", attempts: 5, maxAttempts: 5, attempt: 5 },
      { code: "PRINTER_ON_FIRE", attempts: 0, maxAttempts: 1, attempt: 1 },
      // Detached: there is no other attempt, however many are left.
      { code: "STEP_TIMED_OUT", attempts: 1, maxAttempts: 5, attempt: 1 },
      { code: "JOB_CANCELED", attempts: 1, maxAttempts: 5, attempt: 2 },
    ];
    for (const { code, attempts, maxAttempts, attempt } of cases) {
      const error = { code, message: "it burns" };
      // The engine notes every failure of a step as the last error, also the one that ends the job.
      const lastError = code === "JOB_CANCELED" ? null : error;
      const job = scriptedJob({ state: "failed", error, lastError, attempts, maxAttempts });
      assert.equal(jobObject(job, now).BatonError?.Attempt, attempt, `${code} ${attempts}`);
    }
  });

  it("shows why it failed before, and when it is tried again, while it is no failure", () => {
    const lastError = { code: "STEP_FAILED", message: "no answer" };
    const job = scriptedJob({ state: "retrying", lastError, attempts: 2, dueAt: now + 500 });
    const shown = jobObject(job, now);
    assert.equal(shown.State, "Retry");
    assert.equal(shown.ErrorCode, 0);
    assert.equal(shown.ErrorDescription, "Success");
    assert.equal(shown.DueTime, "20261121T203000.505000");
    assert.equal(shown.Attempts, 2);
    assert.equal(shown.BatonError?.Attempt, 2);
    assert.equal(jobObject({ ...job, state: "succeeded", dueAt: null }, now).BatonError, undefined);
  });

  it("shows a request that is not honoured yet, and that its type is unknown", () => {
    const running = scriptedJob({ state: "running", requested: "pause" });
    assert.equal(jobObject(running, now).Requested, "pause");
    assert.equal(jobObject(scriptedJob({ waitsForType: true }), now).WaitsForType, true);
  });
});
