import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { StepResult, StopReason } from "../../../src/core/job-state.ts";
import type { JobDescriptor } from "../../../src/ports/job.ts";
import { FakeClock } from "../../../src/testing/index.ts";
import { openTestEngine, type TestEngine } from "../../support/engine-harness.ts";

const proceed = { kind: "continue" } as const;

void describe("the runner on the loop", () => {
  void it("lets the rest of the process have its turn between long steps", async () => {
    await using engine = await openTestEngine();
    let turns = 0;
    const turn = async (): Promise<void> => {
      await engine.clock.yield();
      turns += 1;
      if (engine.info(id).state === "running") await turn();
    };
    const long = (): StepResult => {
      engine.clock.advance(9);
      return proceed;
    };
    const { id } = await engine.run({ steps: Array.from({ length: 20 }, () => long) });
    await engine.until(id, "running");
    await turn();
    assert.ok(turns >= 20, `${turns} turns during 20 steps`);
  });

  void it("lets it have its turn after one long step, however many jobs have a slot", async () => {
    await using engine = await openTestEngine({ slots: 16, history: { succeeded: 16 } });
    const long = (): StepResult => {
      engine.clock.advance(9);
      return proceed;
    };
    const steps = Array.from({ length: 3 }, () => long);
    const jobs = await Promise.all(Array.from({ length: 16 }, () => engine.run({ steps })));
    let longest = 0;
    const turn = async (): Promise<void> => {
      const began = engine.clock.elapsed();
      await engine.clock.yield();
      longest = Math.max(longest, engine.clock.elapsed() - began);
      if (jobs.some(({ id }) => engine.info(id).state !== "succeeded")) await turn();
    };
    await turn();
    assert.ok(longest <= 18, `a turn of ${longest} ms with steps of 9 ms`);
  });

  void it("does not give way between steps that take no time", async () => {
    await using engine = await openTestEngine();
    const { id, job } = await engine.run({ steps: Array.from({ length: 1_000 }, () => proceed) });
    await engine.until(id, "running");
    await engine.clock.yield();
    await engine.clock.yield();
    assert.equal(job.steps, 1_001);
  });

  void it("stops a job that never ends by itself, even if its steps are synchronous", async () => {
    await using engine = await openTestEngine();
    const endless = (): StepResult => {
      engine.clock.advance(1);
      return proceed;
    };
    const job = descriptorOf([], { step: endless });
    const id = await engine.host().submitJob(engine.host().createJob(job));
    await engine.until(id, "running");
    await engine.host().cancelJob(id);
    assert.equal((await engine.until(id, "failed")).error?.code, "JOB_CANCELED");
  });

  void it("never calls two callbacks of a job at once, whatever is asked", async () => {
    await using engine = await openTestEngine({ slots: 4 });
    const calls: string[] = [];
    const job = descriptorOf(calls, {});
    const host = engine.host();
    const id = await host.submitJob(host.createJob(job));
    await ask(engine, id);
    await engine.drain();
    await host.cancelJob(id);
    await engine.drain();
    assert.ok(calls.length > 6, calls.join());
    for (let index = 0; index < calls.length - 1; index += 2) {
      assert.equal(calls[index + 1], `end of ${calls[index]}`);
    }
  });
});

/** Pauses and resumes, as fast as it can. */
async function ask(engine: TestEngine, id: string): Promise<void> {
  for (let times = 0; times < 5; times += 1) {
    await engine.host().pauseJob(id);
    await engine.clock.yield();
    await engine.host().resumeJob(id);
    await engine.clock.yield();
  }
}

/** A job that notes when its callbacks begin and end, and steps for ever. */
function descriptorOf(calls: string[], change: Partial<JobDescriptor<null>>): JobDescriptor<null> {
  const clock = new FakeClock();
  const note = async (name: string): Promise<void> => {
    calls.push(name);
    await clock.yield();
    calls.push(`end of ${name}`);
  };
  return {
    type: "noting",
    payload: null,
    step: async () => {
      await note("step");
      return proceed;
    },
    stop: (_payload, reason: StopReason) => note(`stop:${reason}`),
    ...change,
  };
}
