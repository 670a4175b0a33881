import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EngineEvent } from "../../src/ports/job-event.ts";
import { openTestEngine } from "./../support/engine-harness.ts";

void describe("how many jobs are in each state", () => {
  void it("is what was told of them", async () => {
    await using engine = await openTestEngine({ history: { succeeded: 1 } });
    const states = new Map<string, string>();
    const wrong: string[] = [];
    engine.engine.observe((event) => {
      note(states, event);
      const { total, byType } = engine.engine.jobCounts();
      const told: Record<string, number> = {};
      for (const state of states.values()) told[state] = (told[state] ?? 0) + 1;
      const counted = Object.fromEntries(Object.entries(total).filter(([, count]) => count !== 0));
      const ofTypes = [...byType.values()].flatMap((counts) => Object.values(counts));
      const isRight = sum(ofTypes) === states.size;
      if (!isRight || JSON.stringify(sorted(counted)) !== JSON.stringify(sorted(told))) {
        wrong.push(`${event.kind}: ${JSON.stringify([counted, told, ofTypes])}`);
      }
    });
    const host = engine.host();
    const failing = await engine.run({ steps: ["failure", "failure"], reset: () => {} });
    await engine.until(failing.id, "failed");
    await host.resubmitJob(failing.id);
    await engine.until(failing.id, "failed");
    for (let n = 0; n < 3; n += 1) {
      const { id } = await engine.run({});
      await engine.until(id, "succeeded");
    }
    await host.deleteJob(failing.id);
    await engine.drain();
    assert.deepEqual(wrong, []);
    assert.equal(engine.engine.jobCounts().total.succeeded, 1);
  });
});

function note(states: Map<string, string>, event: EngineEvent): void {
  if (event.kind === "submitted" || event.kind === "changed") {
    states.set(event.job.id, event.job.state);
  }
  if (event.kind === "forgotten") states.delete(event.id);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

const sorted = (counts: object): unknown => Object.entries(counts).map(String).toSorted();
