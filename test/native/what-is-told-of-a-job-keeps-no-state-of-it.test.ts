import assert from "node:assert/strict";
import { it } from "node:test";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { jobInfo } from "../../src/engine/job-info.ts";
import type { JobInfo } from "../../src/ports/job.ts";
import { recordOf } from "../support/records.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

void it("what is told of a job keeps neither its record nor its state", async () => {
  const { info, record } = told();
  await setImmediate();
  collect();
  assert.equal(record.deref(), undefined);
  assert.deepEqual(info.content, {});
});

function told(): { readonly info: JobInfo; readonly record: WeakRef<object> } {
  const record = { ...recordOf(1), content: "{}" };
  return {
    info: jobInfo(record, { waitsForType: false, detached: false, remainingMs: null }),
    record: new WeakRef(record),
  };
}
