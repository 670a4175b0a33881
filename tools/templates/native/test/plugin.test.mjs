import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { openPluginHost } from "baton-jobs/testing";

const folder = fileURLToPath(new URL("..", import.meta.url));

describe("{{name}}", () => {
  it("counts to the end", async (test) => {
    const harness = await openPluginHost(folder);
    test.after(() => harness.close()); // fails the test if payloads were lost
    const answer = await harness.request("POST", "/{{name}}?steps=3");
    assert.equal(answer.status, 201);
    const { ID: id } = answer.json();
    const job = await harness.next("finished", id);
    assert.deepEqual([job.state, job.content], ["succeeded", { count: 3, steps: 3 }]);
    assert.deepEqual(harness.trace(id), ["submitted", "running", "succeeded"]);
  });

  it("goes on where it was after a restart of the host", async (test) => {
    const harness = await openPluginHost(folder, { store: "sqlite" });
    test.after(() => harness.close());
    const answer = await harness.request("POST", "/{{name}}?steps=20");
    const { ID: id } = answer.json();
    await harness.next("progressed", id);
    await harness.restart();
    const { count } = harness.host.jobInfo(id).content;
    assert.ok(count > 0, "it has not begun anew");
    assert.equal((await harness.next("finished", id)).state, "succeeded");
  });

  it("refuses what it cannot count to", async (test) => {
    const harness = await openPluginHost(folder);
    test.after(() => harness.close());
    for (const steps of ["0", "-1", "ten", "1000001"]) {
      assert.equal((await harness.request("POST", `/{{name}}?steps=${steps}`)).status, 400);
    }
    assert.deepEqual(harness.host.jobs(), []);
  });
});
