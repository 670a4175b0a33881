import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JobDescriptor } from "../../src/ports/job.ts";
import { ScriptedJob } from "../../src/testing/index.ts";
import { openTestEngine } from "../support/engine-harness.ts";

void describe("a payload whose create failed", () => {
  const bad: Readonly<Record<string, unknown>> = {
    "no object": null,
    "no type": { type: "" },
    "a type that is too long": { type: "x".repeat(129) },
    "no step": { step: undefined },
    "a callback that is none": { getContent: "content" },
  };

  for (const [what, change] of Object.entries(bad)) {
    void it(`stays its plugin's, untouched: ${what}`, async () => {
      await using engine = await openTestEngine();
      const job = new ScriptedJob({ getSerialized: () => "state" });
      const given = change === null ? null : { ...job.descriptor, ...(change as object) };
      const create = (): unknown => engine.host().createJob(given as JobDescriptor);
      assert.throws(create, { code: "INVALID_ARGUMENT" });
      assert.deepEqual(job.trace, []);
      assert.equal(engine.engine.payloads.created, 0);
    });
  }

  void it("stays its plugin's, untouched: the host is closed", async () => {
    await using engine = await openTestEngine();
    const job = new ScriptedJob();
    await engine.close();
    assert.throws(() => engine.host().createJob(job.descriptor), { code: "CLOSING" });
    assert.deepEqual(job.trace, []);
  });
});
