import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { HostOptions } from "../../src/index.ts";
import { HostWorkshop } from "../native/support/host-workshop.ts";
import { WorkerHost } from "../native/support/host-worker.ts";

const workshop = new HostWorkshop();
let path = "";
before(() => void (path = workshop.sharedLibrary("worker")));
after(() => workshop.remove());

const open = (options: HostOptions = {}, settings = {}): Promise<WorkerHost> =>
  WorkerHost.open(
    { plugins: [{ path, isolation: "process" }], concurrentJobs: 2, ...options },
    settings,
  );

const database = (name: string): Required<HostOptions>["store"] => ({
  kind: "sqlite",
  path: workshop.file(`${name}.db`),
});

describe("native threads in a process of their own", { timeout: 60_000 }, () => {
  it("wait for a job as long as it takes", async () => {
    await using worker = await open();
    const id = await worker.submit({ name: "held", kind: "h" });
    await worker.said("held holds");
    const waited = worker.text("POST", `/worker/calls/wait/${id}`);
    await worker.said("waits");
    await worker.text("POST", "/worker/release");
    assert.equal(await waited, "0");
    assert.equal(worker.host.jobInfo(id).state, "succeeded");
  });

  it("wait as those of any request, whatever it says of who waits for it", async () => {
    await using worker = await open();
    const id = await worker.submit({ name: "held", kind: "h" });
    await worker.said("held holds");
    // Of a request out of a job nobody may wait for another job.
    const headers = { "Baton-Caller": "job" };
    const url = `${worker.host.url}/worker/calls/wait/${id}`;
    const waited = fetch(url, { method: "POST", headers }).then((answer) => answer.text());
    await worker.said("waits");
    await worker.text("POST", "/worker/release");
    assert.equal(await waited, "0");
  });

  it("are told CLOSING when the host closes, and their steps are waited for", async () => {
    const store = database("drained");
    const worker = await open({ store });
    const id = await worker.submit({ name: "held", kind: "h", steps: 2 });
    await worker.said("held holds");
    const waited = fetch(`${worker.host.url}/worker/calls/wait/${id}`, { method: "POST" });
    await worker.said("waits");
    await worker.close();
    // The plugin's answer, or, if the closing was quicker, the host's.
    assert.match(await (await waited).text(), /^7$|"CLOSING"/);
    assert.deepEqual(worker.sayings("held"), ["holds", "stop 7", "finalize"]);

    await using again = await open({ store });
    await again.said("held revive 0");
    await again.said("held holds");
    await again.text("POST", "/worker/release");
    const { state, attempts } = await again.host.waitJob(id);
    assert.deepEqual([state, attempts], ["succeeded", 0]);
  });

  it("take nothing along but their process, and what was answered is not lost", async () => {
    const settings = { log: workshop.file("dies.log"), killAfter: 3 };
    await using worker = await open({ store: database("dies") }, settings);
    // Two lines of the log are two submits that were answered; the third is the death.
    const held = await worker.submit({ name: "held", kind: "h", attempts: 2, backoffMs: 1 });
    await worker.said("held holds");
    const waited = fetch(`${worker.host.url}/worker/calls/wait/${held}`, { method: "POST" });
    await worker.said("waits");
    // It may step before its id has crossed, which then dies with the process.
    const submitted = worker.host.jobs().length;
    await worker.submit({ name: "last", attempts: 2, backoffMs: 1 }).catch(() => undefined);
    const last = worker.host.jobs().find(({ id }) => id !== held)?.id ?? "not submitted";
    assert.equal(worker.host.jobs().length, submitted + 1);
    assert.equal((await waited).status, 503);
    await worker.said("the plugin runs again");
    await worker.said("held revive 0");
    await worker.text("POST", "/worker/release");
    for (const id of [held, last]) {
      const { state, attempts, lastError } = await worker.host.waitJob(id);
      assert.deepEqual([state, attempts, lastError?.code], ["succeeded", 1, "PLUGIN_CRASHED"]);
    }
    assert.match(worker.host.jobInfo(held).lastError?.message ?? "", /died of SIGKILL/);
  });

  it("are not waited for longer than the host drains", async () => {
    const store = database("stuck");
    const worker = await open({ store, drainTimeoutMs: 100 });
    const id = await worker.submit({ name: "stuck", kind: "n" });
    await worker.said("stuck hangs");
    await worker.close();
    assert.deepEqual(worker.sayings("stuck"), ["hangs"]);
    await using again = await open({ store, drainTimeoutMs: 100 });
    await again.said("stuck hangs");
    assert.equal(again.host.jobInfo(id).attempts, 0);
  });
});
