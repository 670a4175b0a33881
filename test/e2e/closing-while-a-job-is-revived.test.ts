import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import {
  openHost,
  type Host,
  type Plugin,
  type JobHandle,
  type PluginHost,
} from "../../src/index.ts";
import { Gate } from "../../src/testing/index.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

/** A job that goes on until it is told to stop. */
function make(host: PluginHost): JobHandle {
  return host.createJob({
    type: "slow",
    payload: null,
    getSerialized: () => "state",
    step: (_payload, { signal }) =>
      new Promise((resolve) =>
        signal.addEventListener("abort", () => resolve({ kind: "continue" })),
      ),
  });
}

/** Revives its jobs when `ready` says so. */
function plugin(ready: () => Promise<void>, submits: boolean): Plugin {
  return {
    name: "slow",
    version: "1",
    async start(host) {
      host.registerType("slow", async () => {
        await ready();
        return make(host);
      });
      if (submits) await host.submitJob(make(host));
    },
  };
}

describe("a host that closes while a job is revived", () => {
  it("leaves the job as it was: it is revived at the next start", async () => {
    await using folder = await temporaryFolder();
    const store = { kind: "sqlite", path: join(folder.path, "baton.db") } as const;
    const open = (own: Plugin): Promise<Host> => openHost({ store, plugins: [own] });
    const first = await open(plugin(async () => undefined, true));
    const [job] = first.jobs();
    await first.close();

    const gate = new Gate();
    const second = await open(plugin(() => gate.pass(), false));
    await gate.reached;
    const closed = second.close();
    gate.open();
    await closed;

    const never = new Gate();
    await using third = await open(plugin(() => never.pass(), false));
    await never.reached;
    const { state, error, attempts } = third.jobInfo(job?.id ?? "none");
    assert.deepEqual([state, error, attempts], ["running", null, 0]);
    never.open();
  });
});
