import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openHost, type Host } from "../../src/index.ts";
import { ScriptedJob } from "../../src/testing/index.ts";
import { scriptThatCalls } from "../support/script-that-calls.ts";

void describe("a close that a callback asks for and waits for", () => {
  for (const callback of ["step", "stop"] as const) {
    void it(`begins, and is answered at once: ${callback}`, async () => {
      const ended: string[] = [];
      const opened: Host[] = [];
      const answered = Promise.withResolvers<void>();
      const close = async (): Promise<void> => {
        await opened[0]?.close();
        ended.push("answered");
        answered.resolve();
      };
      const job = new ScriptedJob(scriptThatCalls(callback, close));
      const stop = (): void => void ended.push("plugin stopped");
      const host = await openHost({
        drainTimeoutMs: 60_000,
        plugins: [{ name: "quiet", version: "1.0.0", start: () => undefined, stop }],
      });
      opened.push(host);
      await host.submitJob(host.createJob(job.descriptor));
      await answered.promise;
      await host.close();
      assert.deepEqual(ended, ["answered", "plugin stopped"]);
      assert.deepEqual(job.trace, ["step", "stop:success", "finalize"]);
    });
  }
});
