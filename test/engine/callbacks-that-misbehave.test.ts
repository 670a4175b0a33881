import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JobRun, JsonObject } from "../../src/ports/job.ts";
import type { Script } from "../../src/testing/index.ts";
import { openTestEngine } from "../support/engine-harness.ts";

const fail = (): never => {
  throw new Error("broken");
};
const failLater = (): Promise<never> => Promise.reject(new Error("broken"));

void describe("a stop that fails", () => {
  for (const [how, stop] of Object.entries({ throws: fail, rejects: failLater })) {
    void it(`changes nothing, and is told: it ${how}`, async () => {
      await using engine = await openTestEngine();
      const { id, job } = await engine.run({ stop });
      await engine.until(id, "succeeded");
      await engine.drain();
      assert.deepEqual(job.trace, ["step", "stop:success", "finalize"]);
      assert.deepEqual(engine.logged, ["stop(success) threw: broken"]);
    });
  }
});

void describe("a finalize that fails", () => {
  for (const [how, finalize] of Object.entries({ throws: fail, rejects: failLater })) {
    void it(`changes nothing, and is told: it ${how}`, async () => {
      await using engine = await openTestEngine();
      const { id, job } = await engine.run({ finalize: (): unknown => finalize() });
      await engine.until(id, "succeeded");
      await engine.drain();
      assert.deepEqual(job.trace, ["step", "stop:success", "finalize"]);
      assert.equal(engine.logged.length, 1);
      assert.match(engine.logged[0] ?? "", /^finalize .*threw: broken$/);
      assert.deepEqual(engine.engine.payloads, { created: 1, finalized: 1, live: 0, owned: 0 });
    });
  }
});

void describe("a getter that fails after the submit", () => {
  const faults: Readonly<Record<string, readonly [string, (at: () => number) => Script]>> = {
    "the progress throws": ["BAD_STATE_DATA", (at) => ({ getProgress: () => at() || fail() })],
    "the progress is no number": [
      "BAD_STATE_DATA",
      (at) => ({ getProgress: () => (at() || "half") as number }),
    ],
    "the content throws": ["BAD_STATE_DATA", (at) => ({ getContent: () => (at() ? {} : fail()) })],
    "the content is a text": [
      "BAD_CONTENT",
      (at) => ({ getContent: () => (at() ? {} : "text") as never }),
    ],
    "the content is too large": [
      "TOO_LARGE",
      (at) => ({ getContent: () => ({ text: at() ? "" : "x".repeat(1_048_577) }) }),
    ],
    "the state throws": [
      "BAD_STATE_DATA",
      (at) => ({ getSerialized: () => String(at() || fail()) }),
    ],
    "the state is too large": [
      "TOO_LARGE",
      (at) => ({ getSerialized: () => new Uint8Array(at() ? 1 : 1_048_577) }),
    ],
    "the state is a promise": [
      "BAD_STATE_DATA",
      (at) => ({ getSerialized: () => (at() ? "" : failLater()) as string }),
    ],
  };

  for (const [what, [code, script]] of Object.entries(faults)) {
    void it(`fails the job with ${code}: ${what}`, async () => {
      await using engine = await openTestEngine();
      let calls = 0;
      // The first look is the one of the submit.
      const { id, job } = await engine.run(script(() => ((calls += 1) === 1 ? 0.5 : 0)));
      assert.equal((await engine.until(id, "failed")).error?.code, code);
      assert.equal(job.steps, 1);
      await engine.until((await engine.run({})).id, "succeeded");
    });
  }

  void it("does not hide why the step failed", async () => {
    await using engine = await openTestEngine();
    let calls = 0;
    const getProgress = (): number => ((calls += 1) === 1 ? 0 : fail());
    const { id } = await engine.run({ steps: ["failure"], getProgress });
    assert.equal((await engine.until(id, "failed")).error?.code, "SCRIPTED");
  });
});

function pushing(run: JobRun): unknown {
  run.setProgress(1, 4);
  run.setContent({ pushed: true });
  return { kind: "retry", afterMs: 5 };
}

void describe("what a step pushes", () => {
  const pushes: Readonly<Record<string, readonly [string, (run: JobRun) => unknown]>> = {
    "content that is a list": ["BAD_CONTENT", (run) => run.setContent([] as never)],
    "content that is no JSON": ["BAD_CONTENT", (run) => run.setContent({ large: 1n } as never)],
    "content that is too large": [
      "TOO_LARGE",
      (run) => run.setContent({ text: "x".repeat(1_048_577) }),
    ],
    "progress of nothing": ["INVALID_ARGUMENT", (run) => run.setProgress(1, 0)],
    "a state that is none": ["BAD_STATE_DATA", (run) => run.checkpoint(7 as never)],
  };

  for (const [what, [code, push]] of Object.entries(pushes)) {
    void it(`is refused, which fails a step that does not care: ${what}`, async () => {
      await using engine = await openTestEngine();
      const { id } = await engine.run({ steps: [async (run) => push(run)] });
      assert.equal((await engine.until(id, "failed")).error?.code, code);
    });
  }

  void it("wins over the getters after it", async () => {
    await using engine = await openTestEngine();
    const script = {
      steps: [pushing],
      getProgress: () => 0.75,
      getContent: () => ({ pushed: false }),
    };
    const { id } = await engine.run(script);
    const { progress, content } = await engine.until(id, "retrying");
    assert.deepEqual({ progress, content }, { progress: 0.25, content: { pushed: true } });
  });
});

void describe("content with a member named then", () => {
  void it("is content like any other", async () => {
    await using engine = await openTestEngine();
    const content = JSON.parse('{ "then": "go home" }') as JsonObject;
    const { id } = await engine.run({ getContent: () => content });
    assert.deepEqual(engine.info(id).content, content);
  });
});
