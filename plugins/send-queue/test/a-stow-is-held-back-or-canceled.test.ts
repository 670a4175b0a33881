import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { readTimestamp } from "../src/timestamp.ts";
import { openHost, type Host } from "../../../src/index.ts";
import { plugin } from "../src/index.ts";
import { madeInstance } from "./support/made-instance.ts";
import { answer, storedOf, StowServer } from "./support/stow-server.ts";

type Answer = Readonly<Record<string, unknown>>;

describe("a stow is held back, or canceled", () => {
  let folder = "";
  let host: Host;
  let server: StowServer;
  /** Takes connections, and reads nothing from them until it is told to. */
  const stuck = createServer((socket) => {
    socket.pause().on("error", () => {});
    socket.once("close", () => (closed += 1));
    sockets.push(socket);
  });
  const sockets: Socket[] = [];
  let closed = 0;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    server = await StowServer.listen();
    stuck.listen(0, "127.0.0.1");
    await once(stuck, "listening");
    const place = stuck.address();
    const port = place !== null && typeof place === "object" ? place.port : 0;
    host = await openHost({
      http: { port: 0 },
      plugins: [plugin],
      pluginSettings: {
        "send-queue": {
          DicomWeb: { Servers: { busy: [server.url], stuck: [`http://127.0.0.1:${port}/`] } },
          SendQueue: { Directory: join(folder, "queue"), MinFreeMB: 1 },
        },
      },
    });
  });
  after(async () => {
    await host.close();
    await server[Symbol.asyncDispose]();
    stuck.close();
    await rm(folder, { recursive: true });
  });

  const post = async (path: string, body: unknown): Promise<[number, Answer]> => {
    const given = { method: "POST", body: JSON.stringify(body) };
    const answered = await fetch(`${host.url}${path}`, given);
    return [answered.status, (await answered.json()) as Answer];
  };
  const taken = async (bytes: number): Promise<string> => {
    const { file } = madeInstance(undefined, bytes);
    const answered = await fetch(`${host.url}/instances`, { method: "POST", body: file });
    assert.equal(answered.status, 200);
    return String(((await answered.json()) as Answer)["ID"]);
  };

  it("for as long as the server says; a flush does not wait for it", async () => {
    server.react = (response) => void response.writeHead(429, { "Retry-After": "3600" }).end();
    const id = await taken(2_000);
    const [status, body] = await post("/dicom-web/servers/busy/stow", [id]);
    assert.equal(status, 500);
    const { ID: job, NextRetry: next } = body["SendQueue"] as Answer;
    const waitMs = (readTimestamp(String(next)) ?? 0) - Date.now();
    assert.ok(waitMs > 3_500_000 && waitMs <= 3_600_000, `${waitMs}`);
    server.react = (response, { uids }) => answer(response, 200, storedOf(uids));
    await post("/send-queue/destinations/busy/flush", {});
    assert.equal((await host.waitJob(String(job), { timeoutMs: 20_000 })).state, "succeeded");
  });

  it("a cancel ends the connection to a server that keeps us waiting", async () => {
    const id = await taken(900_000);
    const wanted = { Resources: [id], Asynchronous: true };
    const [, { ID: job }] = await post("/dicom-web/servers/stuck/stow", wanted);
    while (sockets.length === 0) await once(stuck, "connection");
    const started = performance.now();
    await post(`/jobs/${String(job)}/cancel`, {});
    const { state } = await host.waitJob(String(job), { timeoutMs: 20_000 });
    assert.equal(state, "failed");
    assert.ok(performance.now() - started < 2_000);
    const [socket] = sockets;
    assert.ok(socket !== undefined);
    // Whoever reads sees that nobody is there any more.
    if (closed === 0) await once(socket.resume(), "close");
  });

  it("headers of one request would be lost at its next try: they are refused", async () => {
    const id = await taken(2_000);
    const wanted = { Resources: [id], HttpHeaders: { Authorization: "Bearer x" } };
    const [status, { Details: details }] = await post("/dicom-web/servers/busy/stow", wanted);
    assert.equal(status, 400);
    assert.match(String(details), /HttpHeaders/);
  });
});
