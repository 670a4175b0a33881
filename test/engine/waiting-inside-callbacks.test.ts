import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ScriptedJob } from "../../src/testing/index.ts";
import { openTestEngine } from "../support/engine-harness.ts";
import { scriptThatCalls, type Callback } from "../support/script-that-calls.ts";

void describe("a callback that waits for the end of a job", () => {
  for (const callback of ["step", "stop", "reset"] satisfies Callback[]) {
    void it(`is refused: ${callback}`, async () => {
      await using engine = await openTestEngine();
      const host = engine.host();
      const other = await engine.run({ steps: ["retry"] });
      await engine.until(other.id, "retrying");
      const codes: unknown[] = [];
      const handle = host.createJob(new ScriptedJob().descriptor);
      const call = async (): Promise<void> => {
        codes.push(await codeOf(host.waitJob(other.id)));
        codes.push(await codeOf(host.submitJobAndWait(handle)));
      };
      const { id } = await engine.run(scriptThatCalls(callback, call));
      if (callback === "reset") {
        await engine.until(id, "failed");
        await host.resubmitJob(id);
      }
      await engine.until(id, "succeeded");
      assert.ok(codes.length >= 2);
      assert.deepEqual(new Set(codes), new Set(["WRONG_THREAD"]));
      assert.equal(engine.engine.jobs().length, 2);
      host.freeJob(handle);
    });
  }

  void it("is answered at once if that job is finished", async () => {
    await using engine = await openTestEngine();
    const other = await engine.run({});
    await engine.until(other.id, "succeeded");
    const states: string[] = [];
    const step = async (): Promise<unknown> => {
      states.push((await engine.host().waitJob(other.id)).state);
      return { kind: "success" };
    };
    await engine.until((await engine.run({ steps: [step] })).id, "succeeded");
    assert.deepEqual(states, ["succeeded"]);
  });
});

async function codeOf(call: Promise<unknown>): Promise<unknown> {
  try {
    return await call;
  } catch (error) {
    return (error as { code: string }).code;
  }
}
