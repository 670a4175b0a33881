import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { describe, it } from "node:test";
import { createApp, type App } from "../../src/http/app.ts";
import { startServer } from "../../src/http/server.ts";
import type { Routes } from "../../src/ports/plugin.ts";
import { loopback, noRoutes, ScriptedJobs, startTestServer } from "./scripted-host.ts";

const newApp = (): App =>
  createApp({ jobs: new ScriptedJobs(), routes: noRoutes, onError: () => {} });

describe("the server", () => {
  it("says where it listens", async () => {
    const server = await startServer(newApp(), loopback);
    assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    await server.close();
  });

  it("names address and port when the port is in use", async () => {
    const server = await startServer(newApp(), loopback);
    const port = Number(new URL(server.url).port);
    await assert.rejects(startServer(newApp(), { ...loopback, port }), {
      name: "JobEngineError",
      code: "PORT_IN_USE",
      message: new RegExp(`127\\.0\\.0\\.1:${port}`),
    });
    await server.close();
  });

  it("names an address that is not this machine's", async () => {
    await assert.rejects(startServer(newApp(), { ...loopback, address: "192.0.2.1" }), {
      code: "CONFIG_INVALID",
      message: /192\.0\.2\.1/,
    });
  });

  it("frees its port when it closes, as often as it is asked to", async () => {
    const server = await startServer(newApp(), loopback);
    const port = Number(new URL(server.url).port);
    await Promise.all([server.close(), server.close()]);
    await server.close();
    const again = await startServer(newApp(), { ...loopback, port });
    await again.close();
  });

  it("closes at once although connections are kept alive, or never said anything", async () => {
    const server = await startServer(newApp(), loopback);
    const { hostname, port } = new URL(server.url);
    const agent = new Agent({ keepAlive: true });
    const [response] = await once(request(`${server.url}/jobs`, { agent }).end(), "response");
    await response.toArray();
    const silent = connect(Number(port), hostname);
    await once(silent, "connect");
    const started = Date.now();
    await server.close();
    assert.ok(Date.now() - started < 1000, "it did not wait for its grace");
    silent.destroy();
    agent.destroy();
  });

  it("finishes the answer that is on its way, and ends its connection", async () => {
    const entered = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const routes: Routes = {
      find: () => ({
        plugin: "slow",
        params: {},
        handler: async () => {
          entered.resolve();
          await release.promise;
          return { body: "done" };
        },
      }),
    };
    const server = await startTestServer(routes);
    const agent = new Agent({ keepAlive: true });
    const response = once(request(`${server.url}/slow`, { agent }).end(), "response");
    await entered.promise;
    const closed = server.close();
    release.resolve();
    const [answer] = await response;
    assert.equal(answer.headers.connection, "close");
    assert.equal(String(Buffer.concat(await answer.toArray())), "done");
    await closed;
    agent.destroy();
  });

  it("closes after its grace although a handler never answers", async () => {
    const entered = Promise.withResolvers<void>();
    const routes: Routes = {
      find: () => ({
        plugin: "stuck",
        params: {},
        handler: () => {
          entered.resolve();
          return new Promise<never>(() => {});
        },
      }),
    };
    const server = await startTestServer(routes);
    const sent = request(`${server.url}/stuck`).end();
    const broken = once(sent, "error");
    await entered.promise;
    await server.close();
    const [error] = await broken;
    assert.equal((error as NodeJS.ErrnoException).code, "ECONNRESET");
  });
});
