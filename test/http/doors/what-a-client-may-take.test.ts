import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, it } from "node:test";
import { createApp } from "../../../src/http/app.ts";
import { completeDoors } from "../../../src/http/doors/door-options.ts";
import type { Limits } from "../../../src/http/doors/limits.ts";
import { startServer, type HttpServer } from "../../../src/http/server.ts";
import { loopback, noRoutes, ScriptedJobs, send, sendRaw } from "../scripted-host.ts";

async function serverWith(limits: Partial<Limits>): Promise<HttpServer & AsyncDisposable> {
  const doors = completeDoors({ limits }, loopback.address);
  const app = createApp({ jobs: new ScriptedJobs(), routes: noRoutes, onError: () => {}, doors });
  const server = await startServer(app, loopback);
  return { ...server, [Symbol.asyncDispose]: () => server.close() };
}

const started = "POST /jobs HTTP/1.1\r\nhost: localhost\r\n";

describe("a client that takes too much", () => {
  it("of a body is told how much it may send, and the host reads no more", async () => {
    await using server = await serverWith({ bodyBytes: 2_000 });
    const fits = await send(server.url, "POST", { path: "/nowhere", body: "x".repeat(2_000) });
    assert.equal(fits.status, 404);
    const answer = await send(server.url, "POST", { path: "/nowhere", body: "x".repeat(2_001) });
    assert.deepEqual([answer.status, /larger than 2000 bytes/.test(answer.text)], [413, true]);
    const endless = `${started}transfer-encoding: chunked\r\n\r\n7d1\r\n${"x".repeat(2_001)}\r\n`;
    assert.match(await sendRaw(server.url, endless.replace("/jobs", "/x")), /^HTTP\/1\.1 413 /);
  });

  it("of headers is refused, many small ones and a few large ones", async () => {
    await using server = await serverWith({ headers: 20, headBytes: 4_096 });
    const many = Array.from({ length: 21 }, (_, number) => [`x-${number}`, "1"]);
    const headers = Object.fromEntries(many) as Record<string, string>;
    const answer = await send(server.url, "GET", { path: "/jobs", headers });
    assert.deepEqual([answer.status, /more than 20 headers/.test(answer.text)], [431, true]);
    const large = await send(server.url, "GET", {
      path: "/jobs",
      headers: { x: "y".repeat(5_000) },
    });
    assert.equal(large.status, 431);
  });

  for (const [what, sent, limits] of [
    ["says nothing", "", { headTimeoutMs: 200 }],
    ["stops in the middle of its head", `${started}x-a: 1\r\n`, { headTimeoutMs: 200 }],
    [
      "stops in the middle of its body",
      `${started}content-length: 10\r\n\r\nx`,
      { requestTimeoutMs: 400 },
    ],
  ] as const) {
    it(`of time is answered 408 and closed: it ${what}`, async () => {
      await using server = await serverWith(limits);
      const begun = Date.now();
      assert.match(await sendRaw(server.url, sent), /^HTTP\/1\.1 408 [^]*did not arrive in time/);
      assert.ok(Date.now() - begun < 8_000, "sooner than by default");
    });
  }

  it("of connections gets no more of them, and others none at all above the bound", async () => {
    await using server = await serverWith({ connections: 3 });
    const { hostname, port } = new URL(server.url);
    const open = Array.from({ length: 3 }, () => connect(Number(port), hostname));
    await Promise.all(open.map((socket) => once(socket, "connect")));
    const fourth = connect(Number(port), hostname);
    await once(fourth, "close");
    open.forEach((socket) => socket.destroy());
  });
});
