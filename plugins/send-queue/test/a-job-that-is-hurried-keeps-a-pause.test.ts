import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JobHost } from "../../../src/sdk.ts";
import { hurryJobs } from "../src/job/start-job.ts";
import { madeInstance } from "./support/made-instance.ts";
import { freePort } from "../../../test/support/free-port.ts";
import { QueueHost } from "./support/queue-host.ts";
import { until } from "./support/served-queue.ts";

describe("a job that is hurried", () => {
  it("is asked for nothing that a pause in the same moment could be mistaken for", async () => {
    const states = ["running", "retrying"];
    const asked: string[] = [];
    // Whoever pauses or resumes here fails.
    const host = {
      jobInfo: () => ({ state: states.shift() ?? "pending" }),
      wakeJob: (id: string) => {
        asked.push(id);
        return Promise.resolve(asked.length > 2);
      },
    } as unknown as JobHost;
    await hurryJobs(host, ["one"]);
    // It ran, and was about to wait.
    assert.deepEqual(asked, ["one", "one", "one"]);
  });

  it("stays paused if somebody has paused it", async () => {
    const defaults = { Retry: { First: 600, Factor: 1, Max: 600, Jitter: 0 } };
    await using host = await QueueHost.open({ pacs: await freePort() }, { defaults });
    const job = await host.send("pacs", [madeInstance()]);
    await until("it sleeps", () => host.host.jobInfo(job).state === "retrying");
    await host.host.pauseJob(job);
    await host.call("POST", "/send-queue/destinations/pacs/flush");
    assert.equal(host.host.jobInfo(job).state, "paused");
    await host.host.resumeJob(job);
    await host.until("pacs", ({ FailuresInARow: count = 0 }) => count > 1);
  });

  it("begins again at once", async () => {
    // It would not try again by itself.
    const defaults = { Retry: { First: 600, Factor: 1, Max: 600, Jitter: 0 } };
    await using host = await QueueHost.open({ pacs: await freePort() }, { defaults });
    const job = await host.send("pacs", [madeInstance()]);
    const failures = async (): Promise<number> =>
      (await host.until("pacs", ({ State: state }) => state === "Backoff")).FailuresInARow ?? 0;
    assert.equal(await failures(), 1);
    await host.until("pacs", () => host.host.jobInfo(job).state === "retrying");
    await host.call("POST", "/send-queue/destinations/pacs/flush");
    await host.until("pacs", ({ FailuresInARow: count = 0 }) => count > 1);
    await host.until("pacs", () => host.host.jobInfo(job).state === "retrying");
  });
});
