import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { HostWorkshop } from "../native/support/host-workshop.ts";
import { WorkerHost } from "../native/support/host-worker.ts";

const crasher = fileURLToPath(new URL("support/crasher.ts", import.meta.url));

describe("a plugin in a process of its own beside a native one", { timeout: 60_000 }, () => {
  const workshop = new HostWorkshop();
  let library = "";
  let addon = "";
  before(() => {
    library = workshop.sharedLibrary("worker");
    addon = workshop.addon("segfault");
  });
  after(() => workshop.remove());

  for (const store of ["memory", "sqlite"] as const) {
    it(`costs it nothing when native code crashes there (${store})`, async () => {
      await using worker = await WorkerHost.open({
        plugins: [library, { path: crasher, isolation: "process" }],
        pluginSettings: { crasher: { addon } },
        store:
          store === "memory"
            ? { kind: "memory" }
            : { kind: "sqlite", path: workshop.file("jobs.db") },
        concurrentJobs: 2,
      });
      const { host } = worker;
      const native = await worker.submit({ name: "holder", kind: "h" });
      await worker.said("holder holds");

      const earlier = new Set(host.jobs().map(({ id }) => id));
      const crash = { kind: "crash", ways: ["native", "native", "native"], maxAttempts: 4 };
      const asked = fetch(`${host.url}/crasher`, { method: "POST", body: JSON.stringify(crash) });
      const answer = await asked;
      assert.ok(answer.ok || answer.status === 503, `${answer.status}`);
      const job = host.jobs().find(({ id }) => !earlier.has(id));
      assert.ok(job !== undefined);
      const end = await host.waitJob(job.id);
      assert.deepEqual(
        [end.state, end.attempts, end.lastError?.code],
        ["succeeded", 3, "PLUGIN_CRASHED"],
      );
      assert.match(end.lastError?.message ?? "", /died of SIGSEGV/);

      assert.equal(host.jobInfo(native).state, "running");
      await worker.text("POST", "/worker/release");
      assert.equal((await host.waitJob(native)).attempts, 0);
    });
  }
});
