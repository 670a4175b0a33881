import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { JobTable } from "../../src/dashboard/live/job-table.ts";
import type { JobObject } from "../../src/http/orthanc.ts";
import { noTotals, wireJob } from "./jobs-on-the-wire.ts";

const early = "20261122T110100.000000";
const late = "20261122T110100.250000";

const frame = (jobs: readonly JobObject[], gone: readonly string[] = []) => ({
  Jobs: jobs,
  Gone: gone,
  Totals: noTotals,
});

const states = (table: JobTable): readonly string[] =>
  [...table.all()].map(({ ID, State }) => `${ID} ${State}`);

describe("a list that comes while events do", () => {
  it("does not take back what a later event said", () => {
    const table = new JobTable();
    table.beginList();
    table.apply(frame([wireJob({ ID: "a", State: "Running", Timestamp: late })]), 0);
    table.addPage([wireJob({ ID: "a", State: "Pending", Timestamp: early })]);
    table.endList();
    assert.deepEqual(states(table), ["a Running"]);
  });

  it("does not bring back what has gone meanwhile", () => {
    const table = new JobTable();
    table.beginList();
    table.apply(frame([], ["a"]), 0);
    table.addPage([wireJob({ ID: "a" }), wireJob({ ID: "b" })]);
    table.endList();
    assert.deepEqual(states(table), ["b Pending"]);
  });

  it("takes away what it does not name, but not what an event has named since it began", () => {
    const table = new JobTable();
    table.beginList();
    table.addPage([wireJob({ ID: "old" }), wireJob({ ID: "kept" })]);
    table.endList();
    table.beginList();
    table.addPage([wireJob({ ID: "kept" })]);
    table.apply(frame([wireJob({ ID: "new" })]), 0);
    table.endList();
    assert.deepEqual(states(table), ["kept Pending", "new Pending"]);
  });

  it("has another version after each change", () => {
    const table = new JobTable();
    const versions = [table.version];
    table.beginList();
    for (const change of [
      () => table.addPage([]),
      () => table.endList(),
      () => table.apply(frame([]), 0),
      () => table.update(wireJob()),
      () => table.remove(wireJob().ID),
    ]) {
      change();
      versions.push(table.version);
    }
    assert.equal(new Set(versions).size, versions.length);
  });
});

describe("jobs that finish", () => {
  it("are counted once, also those that left the history before they were told", () => {
    const table = new JobTable();
    const count = (jobs: readonly JobObject[], gone: readonly string[] = []): number =>
      table.apply(frame(jobs, gone), 7).finishedAt.length;
    assert.equal(count([wireJob({ ID: "a", State: "Running" }), wireJob({ ID: "b" })]), 0);
    assert.equal(count([wireJob({ ID: "a", State: "Success" })]), 1);
    assert.equal(count([wireJob({ ID: "a", State: "Success" })]), 0);
    assert.equal(count([], ["a"]), 0);
    assert.equal(count([], ["b"]), 1);
    assert.equal(count([], ["never told"]), 1);
  });
});
