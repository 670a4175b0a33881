import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JobHost } from "../../../src/sdk.ts";
import { hurryJobs } from "../src/job/start-job.ts";
import { madeInstance } from "./support/made-instance.ts";
import { freePort } from "./support/free-port.ts";
import { QueueHost } from "./support/queue-host.ts";

describe("a job that is hurried", () => {
  it("is resumed before its pause is committed, so that no crash leaves it paused", async () => {
    const asked: string[] = [];
    const committed = new Promise<void>(() => {});
    const host = {
      jobInfo: () => ({ state: "retrying" }),
      pauseJob: (id: string) => {
        asked.push(`pause ${id}`);
        return committed;
      },
      resumeJob: (id: string) => {
        asked.push(`resume ${id}`);
        return committed;
      },
    } as unknown as JobHost;
    void hurryJobs(host, ["one", "other"]);
    await new Promise(setImmediate);
    assert.deepEqual(asked.toSorted(), ["pause one", "pause other", "resume one", "resume other"]);
    assert.ok(asked.indexOf("pause one") < asked.indexOf("resume one"));
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
