import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { logLimits, maxLogDataChars, maxLogTextChars } from "../../src/core/limits.ts";
import type { JobRun } from "../../src/ports/job.ts";
import { openTestEngine } from "../support/engine-harness.ts";

void describe("the log of a job", () => {
  void it("has what its steps logged, with time, level and data", async () => {
    await using engine = await openTestEngine();
    const began = engine.clock.now();
    const { id } = await engine.run({
      steps: [logs("warning", "one", { n: 1 }), logs("debug", "two")],
    });
    await engine.until(id, "succeeded");
    assert.deepEqual(engine.engine.jobLogs(id), [
      { number: 1, time: began, level: "warning", text: "one", data: { n: 1 } },
      { number: 2, time: began, level: "debug", text: "two", data: null },
    ]);
    assert.deepEqual(
      engine.engine.jobLogs(id, 1).map(({ text }) => text),
      ["two"],
    );
  });

  void it("is told to whoever observes, too", async () => {
    await using engine = await openTestEngine();
    const { id } = await engine.run({ steps: [logs("info", "one", [1])] });
    await engine.until(id, "succeeded");
    const told = engine.events.find(({ kind }) => kind === "logged");
    const expected = { kind: "logged", level: "info", text: "one", plugin: "test", id, data: [1] };
    assert.deepEqual(told, expected);
  });

  void it("goes on over a resubmit, and ends with the job", async () => {
    await using engine = await openTestEngine();
    const steps = [logs("info", "one", undefined, "failure"), logs("info", "two")];
    const { id } = await engine.run({ steps, reset: () => undefined });
    await engine.until(id, "failed");
    await engine.host().resubmitJob(id);
    await engine.until(id, "succeeded");
    const texts = engine.engine.jobLogs(id).map(({ number, text }) => `${number} ${text}`);
    assert.deepEqual(texts, ["1 one", "2 two"]);
    await engine.host().deleteJob(id);
    assert.throws(() => engine.engine.jobLogs(id), { code: "NOT_FOUND" });
  });

  void it("keeps the last thousand lines", async () => {
    await using engine = await openTestEngine();
    const { id } = await engine.run({ steps: [many] });
    await engine.until(id, "succeeded");
    const kept = engine.engine.jobLogs(id);
    assert.equal(kept.length, 1_000);
    assert.deepEqual([kept[0]?.number, kept.at(-1)?.text], [6, "1005"]);
  });

  void it("mends what no types could prevent: a line never fails a job", async () => {
    await using engine = await openTestEngine();
    const { id } = await engine.run({
      steps: [
        logs("loud", { a: 1 }),
        logs("info", "x".repeat(maxLogTextChars + 1), "y".repeat(maxLogDataChars)),
      ],
    });
    await engine.until(id, "succeeded");
    const [odd, long] = engine.engine.jobLogs(id);
    assert.deepEqual([odd?.level, odd?.text], ["info", '{"a":1}']);
    assert.equal(long?.text.length, maxLogTextChars);
    assert.deepEqual(long?.data, { Omitted: "16386 characters of JSON, more than 16384" });
  });
});

function many(run: JobRun): unknown {
  for (let line = 1; line <= logLimits.entries + 5; line += 1) run.log("info", `${line}`);
  return { kind: "success" };
}

/** A step that logs a line, as code without types can. */
function logs(
  level: unknown,
  text: unknown,
  data?: unknown,
  result = "continue",
): (run: JobRun) => unknown {
  return (run: JobRun): unknown => {
    run.log(level as "info", text as string, data as null);
    const error = { code: "SCRIPTED", message: "as the script says" };
    return { kind: result, error };
  };
}
