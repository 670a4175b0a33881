import assert from "node:assert/strict";
import { it } from "node:test";
import { AsyncCallScope } from "../../src/adapters/async-call-scope.ts";
import { LoopRunner } from "../../src/adapters/runners/loop-runner.ts";
import { Handles } from "../../src/engine/handles.ts";
import { FakeClock, ScriptedJob } from "../../src/testing/index.ts";

const ignore = (): void => undefined;

void it("a submit that is refused after its plugin was stopped finalizes the job at once", () => {
  const handles = new Handles(
    new LoopRunner(new FakeClock(), new AsyncCallScope(), ignore),
    ignore,
  );
  const job = new ScriptedJob();
  const handle = handles.create("test", job.descriptor as never);
  const submitting = handles.beginSubmit("test", handle);
  handles.closePlugin("test");
  assert.deepEqual(job.trace, []);
  submitting.fail();
  assert.deepEqual(job.trace, ["finalize"]);
  assert.deepEqual(handles.counts, { created: 1, finalized: 1, live: 0, owned: 0 });
  assert.throws(() => handles.free("test", handle), { code: "STALE_HANDLE" });
});
