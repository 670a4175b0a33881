import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { maxOutputs } from "../../src/core/output.ts";
import type { JobRun, OutputWriter } from "../../src/ports/job.ts";
import { openTestEngine } from "../support/engine-harness.ts";

const bad = [
  [
    "../etc/passwd",
    "..",
    ".",
    ".hidden",
    "a/b",
    "a\\b",
    "a b",
    "ä",
    "",
    "-x",
    "a\0",
    "a".repeat(129),
    7,
  ],
  ["logs", "progress", "events", "priority", "cancel", "pause", "resume", "resubmit"],
].flat();

void describe("the key of an output", () => {
  void it("is a name that cannot lead anywhere, and none of those that are taken", async () => {
    const codes = await tried((run) =>
      bad.map((key) => () => void run.openOutput(key as string, "text/plain")),
    );
    assert.deepEqual(
      codes,
      bad.map(() => "INVALID_ARGUMENT"),
    );
  });

  void it("has a media type that is one", async () => {
    const wrong = ["", "text", "text/", "text/plain\r\nx: y", "a/b;", "a/b; c=d\n", null, "é/b"];
    const right = ["text/plain", "text/csv; header=present", 'a/b; c="d e"', "image/svg+xml"];
    const codes = await tried((run) =>
      [...wrong, ...right].map((mime) => () => void run.openOutput("key", mime as string)),
    );
    assert.deepEqual(codes, [...wrong.map(() => "INVALID_ARGUMENT"), ...right.map(() => "fine")]);
  });

  void it("is one of a thousand at most", async () => {
    const codes = await tried(async (run) => {
      for (let n = 0; n < maxOutputs; n += 1) await run.putOutput(`o${n}`, "a/b", "");
      return ["o7", "another"].map((key) => () => void run.openOutput(key, "a/b"));
    });
    assert.deepEqual(codes, ["fine", "TOO_LARGE"]);
  });

  void it("is good only while the step runs, and for one output", async () => {
    await using engine = await openTestEngine();
    let late: JobRun | null = null;
    let writer: OutputWriter | null = null;
    const { id } = await engine.run({
      steps: [
        async (run) => {
          late = run;
          writer = run.openOutput("a", "a/b");
          await writer.close();
          await assert.rejects(writer.write("x"), { code: "WRONG_STATE" });
          await assert.rejects(writer.close(), { code: "WRONG_STATE" });
          await assert.rejects(run.putOutput("b", "a/b", 7 as never), { code: "INVALID_ARGUMENT" });
          return { kind: "success" };
        },
      ],
    });
    await engine.until(id, "succeeded");
    const run = late as JobRun | null;
    assert.throws(() => run?.openOutput("c", "a/b"), { code: "WRONG_STATE" });
    await assert.rejects(async () => run?.putOutput("c", "a/b", ""), { code: "WRONG_STATE" });
  });
});

/** What became of each call of a step: the code of what it threw, or "fine". */
async function tried(
  calls: (run: JobRun) => readonly (() => void)[] | Promise<readonly (() => void)[]>,
): Promise<readonly string[]> {
  await using engine = await openTestEngine();
  const codes: string[] = [];
  const { id } = await engine.run({
    steps: [
      async (run) => {
        for (const call of await calls(run)) codes.push(codeOf(call));
        return { kind: "success" };
      },
    ],
  });
  await engine.until(id, "succeeded");
  return codes;
}

function codeOf(call: () => void): string {
  try {
    call();
    return "fine";
  } catch (error) {
    return String((error as { readonly code?: unknown }).code);
  }
}
