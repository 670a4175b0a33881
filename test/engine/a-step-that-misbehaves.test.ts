import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JobFailure } from "../../src/core/job-state.ts";
import type { JobRun } from "../../src/ports/job.ts";
import { openTestEngine } from "../support/engine-harness.ts";

const hostile = {
  get code(): never {
    throw new Error("do not look");
  },
  get message(): never {
    throw new Error("do not look");
  },
};
const revoked = Proxy.revocable({}, {});
revoked.revoke();

const thrown: Readonly<Record<string, readonly [unknown, JobFailure]>> = {
  null: [null, { code: "STEP_THREW", message: "null" }],
  undefined: [undefined, { code: "STEP_THREW", message: "undefined" }],
  "a text": ["out of paper", { code: "STEP_THREW", message: "out of paper" }],
  "a number": [404, { code: "STEP_THREW", message: "404" }],
  "a symbol": [Symbol("odd"), { code: "STEP_THREW", message: "Symbol(odd)" }],
  "an object": [{ answer: 42 }, { code: "STEP_THREW", message: '{"answer":42}' }],
  "an object without a prototype": [Object.create(null), { code: "STEP_THREW", message: "{}" }],
  "an error": [new Error("broken"), { code: "STEP_THREW", message: "broken" }],
  "an error without a message": [new RangeError(), { code: "STEP_THREW", message: "RangeError" }],
  "an error with a code": [
    Object.assign(new Error("no such file"), { code: "ENOENT" }),
    { code: "ENOENT", message: "no such file" },
  ],
  "an error with a code that is none": [
    Object.assign(new Error("odd"), { code: "not a code" }),
    { code: "STEP_THREW", message: "odd" },
  ],
  "an error whose message is no text": [
    Object.assign(new Error("old"), { message: 7 }),
    { code: "STEP_THREW", message: "{}" },
  ],
  "what throws when it is looked at": [hostile, { code: "STEP_THREW", message: "" }],
  "a proxy that was revoked": [revoked.proxy, { code: "STEP_THREW", message: "" }],
};

void describe("a step that throws", () => {
  for (const [what, [error, failure]] of Object.entries(thrown)) {
    for (const how of ["at once", "later"] as const) {
      void it(`fails its job and nothing else, ${how}: ${what}`, async () => {
        await using engine = await openTestEngine();
        const { id, job } = await engine.run({ steps: [throwing(error, how)] });
        const told = (await engine.until(id, "failed")).error;
        assert.equal(told?.code, failure.code);
        if (failure.message !== "") assert.equal(told.message, failure.message);
        assert.deepEqual(job.trace, ["step", "stop:failure"]);
        await engine.until((await engine.run({})).id, "succeeded");
      });
    }
  }

  void it("is tried again if the error says so", async () => {
    await using engine = await openTestEngine();
    const error = Object.assign(new Error("try later"), { retryable: true });
    const { id } = await engine.run({ steps: [throwing(error, "later")] }, { maxAttempts: 2 });
    assert.equal((await engine.until(id, "retrying")).lastError?.message, "try later");
    await engine.advance(1_000);
    assert.equal(engine.info(id).state, "succeeded");
  });
});

function throwing(error: unknown, how: "at once" | "later"): () => unknown {
  return () => {
    if (how === "later") return Promise.reject(error);
    throw error;
  };
}

void describe("a step that returns what is no result", () => {
  const junk: Readonly<Record<string, unknown>> = {
    undefined,
    null: null,
    "a text": "success",
    "a number": 1,
    "a function": () => undefined,
    "an unknown kind": { kind: "done" },
    "a kind that is inherited": { kind: "constructor" },
    "a list": [],
    "a retry in the past": { kind: "retry", afterMs: -1 },
    "a retry at no time": { kind: "retry", afterMs: Number.NaN },
    "a retry after too long": { kind: "retry", afterMs: Infinity },
    "a retry at a text": { kind: "retry", afterMs: "5" },
  };

  for (const [what, value] of Object.entries(junk)) {
    void it(`fails its job with BAD_STEP_RESULT: ${what}`, async () => {
      await using engine = await openTestEngine();
      const { id, job } = await engine.run({ steps: [() => value] });
      assert.equal((await engine.until(id, "failed")).error?.code, "BAD_STEP_RESULT");
      assert.deepEqual(job.trace, ["step", "stop:failure"]);
    });
  }

  void it("fails as it says, with a code that is one, if it is a bad failure", async () => {
    await using engine = await openTestEngine();
    const { id } = await engine.run({ steps: [() => ({ kind: "failure", error: 5 })] });
    assert.deepEqual((await engine.until(id, "failed")).error, {
      code: "STEP_FAILED",
      message: "The step reported a failure",
    });
  });
});

void describe("a run that is over", () => {
  void it("is of no use any more, and says so", async () => {
    await using engine = await openTestEngine();
    const kept: JobRun[] = [];
    const { id } = await engine.run({ steps: [(run) => kept.push(run) && { kind: "success" }] });
    await engine.until(id, "succeeded");
    const [run] = kept;
    assert.throws(() => run?.setProgress(1, 2), { code: "WRONG_STATE" });
    assert.throws(() => run?.setContent({}), { code: "WRONG_STATE" });
    await assert.rejects(async () => run?.checkpoint("late"), { code: "WRONG_STATE" });
  });
});
