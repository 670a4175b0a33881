import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openHost } from "../../src/index.ts";
import { HostWorkshop } from "../native/support/host-workshop.ts";

const workshop = new HostWorkshop();
let path = "";
before(() => void (path = workshop.library("loopcrasher")));
after(() => workshop.remove());

describe("a native job that waits for the loop of its process", { timeout: 60_000 }, () => {
  it("is not charged for a crash of the job that has it, and keeps what its plugin has set", async () => {
    await using host = await openHost({
      plugins: [{ path, isolation: "process" }],
      concurrentJobs: 2,
    });
    const [guilty = "", other = "", ...more] = host.jobIds();
    assert.deepEqual(more, []);
    const crashed = await host.waitJob(guilty);
    assert.deepEqual([crashed.error?.code, crashed.attempts], ["PLUGIN_CRASHED", 1]);
    const { state, attempts, lastError } = await host.waitJob(other);
    assert.deepEqual([state, attempts, lastError], ["succeeded", 0, null]);
    // The next life of the plugin has read its property: it has submitted nothing.
    assert.equal(host.jobs().length, 2);
  });
});
