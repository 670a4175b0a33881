import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Gate, openPluginHost } from "../../src/testing/index.ts";
import { definePlugin, type JobHost, type Plugin } from "../../src/sdk.ts";
import { HostWorkshop } from "../native/support/host-workshop.ts";

/** A plugin that is nothing but its start. */
const pluginOf = (start: (host: JobHost) => void | Promise<void>): Plugin =>
  definePlugin({ name: "tested", version: "1.0.0", start });

function throws(): never {
  throw new Error("no disk");
}

/** What the harness says when it is disposed of after the test's body. */
async function complaintOf(
  plugin: Plugin | string,
  body: (harness: Awaited<ReturnType<typeof openPluginHost>>) => Promise<unknown>,
  drainTimeoutMs = 1_000,
): Promise<string> {
  try {
    await using harness = await openPluginHost(plugin, { drainTimeoutMs, deadlineMs: 50 });
    await body(harness);
  } catch (error) {
    assert.ok(error instanceof assert.AssertionError, String(error));
    return error.message;
  }
  return "";
}

describe("a plugin's harness fails the test", () => {
  it("whose plugin creates a job and forgets it", async () => {
    const kept: unknown[] = [];
    const forgets = pluginOf((host) => {
      kept.push(host.createJob({ type: "lost", payload: 0, step: throws }));
    });
    const complaint = await complaintOf(forgets, async () => undefined);
    assert.match(complaint, /a "lost" job of plugin "tested" finalized when it was stopped/);
  });

  it("whose native plugin does", async () => {
    using workshop = new HostWorkshop();
    const complaint = await complaintOf(workshop.sharedLibrary("leaky"), (harness) =>
      harness.request("POST", "/leaky/jobs"),
    );
    assert.match(
      complaint,
      /1 job\(s\) of type leaky\.job were created and never submitted or freed/,
    );
  });

  it("in which a step does not return when it is asked", async () => {
    const gate = new Gate();
    const hangs = pluginOf(async (host) => {
      const step = gate.before({ kind: "success" } as const);
      await host.submitJob(host.createJob({ type: "hangs", payload: 0, step }));
    });
    const complaint = await complaintOf(hangs, () => gate.reached, 0);
    assert.match(complaint, /of 1 payloads 0 were finalized; 1 are in steps that did not return/);
    gate.open();
  });

  it("that waits for what does not come, and says what came instead", async () => {
    const fails = pluginOf(async (host) => {
      await host.submitJob(host.createJob({ type: "fails", payload: 0, step: throws }));
    });
    const complaint = await complaintOf(fails, async (harness) => {
      const [job] = harness.host.jobs();
      assert.ok(job !== undefined);
      await harness.host.waitJob(job.id);
      await harness.next("succeeded", job.id);
    });
    const id = "[0-9a-f-]{36}";
    assert.match(
      complaint,
      new RegExp(
        `^waited 50 ms for "succeeded" of job ${id}; it went submitted, running, failed, ` +
          `and is failed \\(\\w+: .*no disk\\) at progress 0$`,
      ),
    );
  });

  it("that waits for any job where there is none", async () => {
    const complaint = await complaintOf(
      pluginOf(() => undefined),
      (harness) => harness.next("finished"),
    );
    assert.equal(
      complaint,
      'waited 50 ms for "finished" of any job; the host has told of no job at all',
    );
  });

  it("that restarts a host whose jobs are in memory", async () => {
    const complaint = await complaintOf(
      pluginOf(() => undefined),
      (harness) => harness.restart(),
    );
    assert.match(complaint, /no jobs in memory; open the harness with store: "sqlite"/);
  });

  it("and nothing else: a sound plugin passes", async () => {
    const sound = pluginOf((host) => {
      host.freeJob(
        host.createJob({ type: "freed", payload: 0, step: () => ({ kind: "success" }) }),
      );
    });
    assert.equal(await complaintOf(sound, async () => undefined), "");
  });
});
