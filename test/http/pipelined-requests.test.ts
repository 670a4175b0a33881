import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, it } from "node:test";
import type { Routes, WaitOptions } from "../../src/ports/plugin.ts";
import { scriptedJob, sendRaw, startTestServer, type TestServer } from "./scripted-host.ts";

const { id } = scriptedJob();
const head = "HTTP/1.1\r\nhost: localhost\r\n";

function pipelined(url: string, ...paths: readonly string[]): Socket {
  const { hostname, port } = new URL(url);
  const client = connect(Number(port), hostname);
  client.write(paths.map((path) => `GET ${path} ${head}\r\n`).join(""));
  return client;
}

async function until({ clock }: TestServer, isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!isSo() && Date.now() < deadline) await clock.yield();
  assert.ok(isSo());
}

const routes: Routes = {
  find: () => ({
    plugin: "lab",
    params: {},
    handler: () => ({ job: { id, wait: true, timeoutMs: null } }),
  }),
};

describe("requests that are sent before the first is answered", () => {
  // Node.js 24.21 does so itself; before, only the first learned of it.
  it("wait no longer for their jobs than their connection is there", async () => {
    await using server = await startTestServer(routes);
    const signals: AbortSignal[] = [];
    server.jobs.waitJob = async (_id: string, options?: WaitOptions) => {
      const signal = options?.signal;
      assert.ok(signal);
      signals.push(signal);
      await once(signal, "abort");
      throw signal.reason;
    };
    const client = pipelined(server.url, "/a", "/b", "/c");
    await until(server, () => signals.length === 3);
    client.destroy();
    await until(server, () => signals.every(({ aborted }) => aborted));
  });

  it("are told no more of their jobs when their connection ends", async () => {
    await using server = await startTestServer();
    server.jobs.table = [scriptedJob(), scriptedJob({ id: "second" })];
    const client = pipelined(server.url, `/jobs/${id}/events`, "/jobs/second/events");
    await once(client, "data");
    const { observers } = server.jobs;
    assert.equal(observers.size, 1, "all listen by one");
    client.destroy();
    await until(server, () => observers.size === 0);
  });

  it("are answered in their order", async () => {
    await using server = await startTestServer();
    server.jobs.table = [scriptedJob()];
    const requests = `GET /jobs/${id} ${head}\r\nGET /nowhere ${head}\r\nGET /jobs ${head}connection: close\r\n\r\n`;
    const answers = await sendRaw(server.url, requests);
    assert.deepEqual(answers.match(/(?<=HTTP\/1\.1 )\d+/g), ["200", "404", "200"]);
  });
});
