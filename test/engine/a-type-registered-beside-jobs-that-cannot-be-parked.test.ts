import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Gate } from "../../src/testing/index.ts";
import { notMine } from "../../src/ports/job.ts";
import { openTestEngine } from "../support/engine-harness.ts";

const saved = { getSerialized: (): string => "state" };

void describe("a type that is registered while too many payloads wait", () => {
  // It did not return at all: those of another type were looked at for ever.
  void it("leaves those alone that still nobody can make again", async () => {
    await using engine = await openTestEngine({ maxPayloads: 1 });
    const gate = new Gate();
    await engine.run({ steps: [gate.before({ kind: "success" } as const)] });
    const jobs = [
      await engine.run({ ...saved, type: "unknown" }),
      await engine.run({ ...saved, type: "unknown" }),
      await engine.run({ ...saved, type: "known" }),
      await engine.run({ ...saved, type: "known" }),
    ];
    await engine.drain();
    engine.host().registerType("known", () => notMine);
    await engine.drain();
    const traces = jobs.map(({ job }) => job.trace);
    assert.deepEqual(traces, [[], [], [], ["finalize"]]);
    gate.open();
  });
});
