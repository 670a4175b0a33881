import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it } from "node:test";
import type { RouteHandler, WaitOptions } from "../../src/ports/plugin.ts";
import type { RouteMatch, Routes } from "../../src/ports/plugin.ts";
import { scriptedJob, startTestServer } from "./scripted-host.ts";

const { id } = scriptedJob();

/** Every path is a route that leaves its answer to a job. */
const routes: Routes = {
  find: (): RouteMatch => ({
    plugin: "sender",
    params: {},
    handler: () => ({ job: { id, wait: true, timeoutMs: 5000 } }),
  }),
};

describe("a client that waits for a job and goes away", () => {
  it("ends the wait, and nobody is told of an error", async () => {
    await using server = await startTestServer(routes);
    const { promise: asked, resolve } = Promise.withResolvers<AbortSignal>();
    server.jobs.waitJob = async (job: string, options?: WaitOptions) => {
      const signal = options?.signal;
      assert.ok(signal);
      assert.deepEqual([job, options?.timeoutMs, signal.aborted], [id, 5000, false]);
      resolve(signal);
      await once(signal, "abort");
      throw signal.reason;
    };
    const client = new AbortController();
    const answer = fetch(`${server.url}/send`, { method: "POST", signal: client.signal });
    const waiting = await asked;
    client.abort();
    await assert.rejects(answer, { name: "AbortError" });
    if (!waiting.aborted) await once(waiting, "abort");
    assert.deepEqual(server.errors, []);
    assert.deepEqual(server.jobs.asked, []);
  });

  it("is no client that has its answer", async () => {
    await using server = await startTestServer(routes);
    server.jobs.table = [scriptedJob({ state: "succeeded", content: { Sent: 1 } })];
    let signal: AbortSignal | undefined;
    const { jobs } = server;
    jobs.waitJob = async (job: string, options?: WaitOptions) => {
      signal = options?.signal;
      return jobs.jobInfo(job);
    };
    const answer = await server.send("POST", "/send");
    assert.deepEqual([answer.status, answer.json], [200, { Sent: 1 }]);
    assert.equal(signal?.aborted, false);
  });

  it("waits for nothing when it has gone before there was a job to wait for", async () => {
    const seen = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<void>();
    const handler: RouteHandler = async () => {
      seen.resolve();
      await gone.promise;
      return { job: { id, wait: true, timeoutMs: null } };
    };
    await using server = await startTestServer({
      find: () => ({ plugin: "sender", params: {}, handler }),
    });
    const { promise: asked, resolve } = Promise.withResolvers<boolean | undefined>();
    server.jobs.waitJob = async (_job: string, options?: WaitOptions) => {
      resolve(options?.signal?.aborted);
      throw new Error("nobody waits");
    };
    const client = new AbortController();
    const answer = fetch(`${server.url}/send`, { method: "POST", signal: client.signal });
    await seen.promise;
    client.abort();
    await assert.rejects(answer, { name: "AbortError" });
    while (server.connections() > 0) await server.clock.yield();
    gone.resolve();
    assert.equal(await asked, true);
    assert.deepEqual(server.errors, []);
  });
});
