import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Observer } from "../../src/progress.ts";
import {
  StepResult,
  notMine,
  type JobDescriptor,
  type JobRun,
  type PluginHost,
} from "../../src/sdk.ts";
import { Gate } from "../../src/testing/index.ts";
import { openTestEngine } from "../support/engine-harness.ts";

/** Shows a part in its first life, and nothing in the next. */
class Lives {
  readonly gates = [new Gate(), new Gate()] as const;
  readonly parts: Observer[] = [];
  #lives = 0;

  start = (host: PluginHost): void => {
    host.registerType("lives", () => host.createJob(this.descriptor));
    host.registerType("kept", () => notMine);
  };

  get descriptor(): JobDescriptor<null> {
    const isFirst = (this.#lives += 1) === 1;
    const step = async (_own: null, run: JobRun): Promise<StepResult> => {
      if (isFirst) this.parts.push(run.progress.add(new Observer("Part")));
      await this.gates[isFirst ? 0 : 1].pass();
      return isFirst ? StepResult.continue : StepResult.success;
    };
    return { type: "lives", payload: null, step, getSerialized: () => "state" };
  }
}

void describe("a branch that a payload showed which is gone", () => {
  void it("is no branch of the one that was made again", async () => {
    const lives = new Lives();
    const { start } = lives;
    await using engine = await openTestEngine({ maxPayloads: 1, start });
    const host = engine.host();
    const id = await host.submitJob(host.createJob(lives.descriptor));
    await lives.gates[0].reached;
    const before = new Gate();
    const step = async (): Promise<StepResult> => {
      await before.pass();
      return StepResult.success;
    };
    const first = (): Promise<string> => {
      const job = { type: "kept", payload: null, step, getSerialized: () => "kept" };
      return host.submitJob(host.createJob(job), { priority: 1 });
    };
    await first();
    await host.pauseJob(id);
    lives.gates[0].open();
    await engine.until(id, "paused");
    await before.reached;
    await host.resumeJob(id);
    await first();
    await engine.drain();
    // Parked: what it showed last is still shown.
    const [part] = engine.engine.jobProgress(id).parts;
    assert.equal(part?.name, "Part");
    await assert.rejects(engine.engine.cancelBranch(id, part.id), { code: "WRONG_STATE" });
    before.open();
    await lives.gates[1].reached;
    await assert.rejects(engine.engine.cancelBranch(id, part.id), { code: "NOT_FOUND" });
    lives.gates[1].open();
    await engine.until(id, "succeeded");
  });
});
