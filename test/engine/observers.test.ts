import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EngineEvent } from "../../src/ports/job-event.ts";
import { Gate } from "../../src/testing/index.ts";
import { openTestEngine, type TestEngine } from "../support/engine-harness.ts";

const fail = (): never => {
  throw new Error("cannot listen");
};
const failLater = (): Promise<never> => Promise.reject(new Error("cannot listen"));

void describe("an observer that fails", () => {
  for (const [how, observer] of Object.entries({ throws: fail, rejects: failLater })) {
    void it(`changes nothing for anybody, and the others hear of it: it ${how}`, async () => {
      await using engine = await openTestEngine();
      engine.engine.observe((): unknown => observer());
      const { id, job } = await engine.run({});
      await engine.until(id, "succeeded");
      await engine.drain();
      assert.deepEqual(job.trace, ["step", "stop:success", "finalize"]);
      assert.deepEqual(new Set(engine.logged), new Set(["an observer threw: cannot listen"]));
      assert.equal(engine.logged.length, 3);
    });
  }
});

void describe("an observer that asks for the next thing", () => {
  void it("gets it, and everybody hears both in the same order", async () => {
    await using engine = await openTestEngine();
    const host = engine.host();
    const gate = await busy(engine);
    engine.engine.observe((event) => {
      if (event.kind !== "changed" || event.job.state !== "paused") return;
      void host.resumeJob(event.job.id);
    });
    const heard: string[] = [];
    engine.engine.observe((event) => {
      if (event.kind === "changed") heard.push(event.job.state);
    });
    const { id } = await engine.run({});
    await host.pauseJob(id);
    gate.open();
    await engine.until(id, "succeeded");
    assert.deepEqual(heard, ["paused", "pending", "succeeded", "running", "succeeded"]);
  });

  void it("is heard by the others in the order it happened", async () => {
    await using engine = await openTestEngine();
    engine.engine.observe((event) => {
      if (event.kind === "submitted") engine.host().log("info", "welcome");
    });
    const heard: string[] = [];
    engine.engine.observe(({ kind }) => heard.push(kind));
    const { id } = await engine.run({});
    await engine.until(id, "succeeded");
    assert.deepEqual(heard, ["submitted", "logged", "changed", "changed"]);
  });

  void it("at the submit, gets it too", async () => {
    await using engine = await openTestEngine();
    const host = engine.host();
    const gate = await busy(engine);
    engine.engine.observe((event) => {
      if (event.kind === "submitted") void host.pauseJob(event.job.id);
    });
    const { id, job } = await engine.run({});
    await engine.until(id, "paused");
    await host.resumeJob(id);
    gate.open();
    await engine.until(id, "succeeded");
    assert.equal(job.trace.filter((call) => call === "finalize").length, 1);
  });
});

void describe("an observer", () => {
  void it("hears nothing any more once it is disposed of", async () => {
    await using engine = await openTestEngine();
    const heard: EngineEvent[] = [];
    engine.engine.observe((event) => heard.push(event))[Symbol.dispose]();
    await engine.until((await engine.run({})).id, "succeeded");
    assert.deepEqual(heard, []);
  });

  void it("hears of progress, at most every 100 ms", async () => {
    await using engine = await openTestEngine();
    const gate = new Gate();
    const { id } = await engine.run({
      steps: [
        async (run) => {
          for (let done = 1; done < 50; done += 1) run.setProgress(done, 100);
          await gate.pass();
          return { kind: "success" };
        },
      ],
    });
    await gate.reached;
    assert.equal(engine.info(id).progress, 0);
    await engine.advance(100);
    const { job } = await engine.next("progressed");
    assert.deepEqual([job.progress, job.runtimeMs], [0.49, 100]);
    await engine.advance(500);
    assert.equal(engine.events.filter(({ kind }) => kind === "progressed").length, 1);
    gate.open();
  });

  void it("hears what a plugin and a step log", async () => {
    await using engine = await openTestEngine();
    engine.host("talker").log("info", "started");
    const { id } = await engine.run({ steps: [(run) => run.log("debug", "stepping")] });
    await engine.until(id, "failed");
    const logged = engine.events.filter((event) => event.kind === "logged");
    assert.deepEqual(logged, [
      { kind: "logged", level: "info", text: "started", plugin: "talker", id: null },
      { kind: "logged", level: "debug", text: "stepping", plugin: "test", id },
    ]);
  });
});

/** A job in the only slot until the gate is opened. */
async function busy(engine: TestEngine): Promise<Gate> {
  const gate = new Gate();
  await engine.run({ steps: [gate.before({ kind: "success" } as const)] });
  await gate.reached;
  return gate;
}
