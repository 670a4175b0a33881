import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createApp, type App } from "../../../src/http/app.ts";
import { InProcessRest } from "../../../src/http/in-process.ts";
import { completeDoors } from "../../../src/http/doors/door-options.ts";
import type { Routes } from "../../../src/ports/plugin.ts";
import { scriptedJob, ScriptedJobs, sendRaw, startTestServer } from "../scripted-host.ts";

const { id } = scriptedJob();

const routes: Routes = {
  find: (_method, path) =>
    path === "/lab" ? { plugin: "lab", params: {}, handler: () => ({ body: "done" }) } : null,
};

/** What stands for every kind of route: ours that reads, ours that acts, a plugin's, and none. */
const requests: readonly (readonly [method: string, path: string, status: number])[] = [
  ["GET", "/jobs", 200],
  ["HEAD", `/jobs/${id}`, 200],
  ["POST", `/jobs/${id}/cancel`, 200],
  ["DELETE", `/jobs/${id}`, 404],
  ["POST", "/jobs/cancel?state=Pending", 200],
  ["POST", "/lab", 200],
  ["GET", "/nowhere", 404],
  ["OPTIONS", "/jobs", 204],
];

type Headers = Readonly<Record<string, string>>;

async function statuses(headers: Headers, allowedHosts: readonly string[] = []): Promise<unknown> {
  const app = appWith(allowedHosts);
  const answers = requests.map(async ([method, url]) => {
    const answer = await app.fastify.inject({ method: method as "GET", url, headers });
    return answer.statusCode;
  });
  return Promise.all(answers);
}

function appWith(allowedHosts: readonly string[]): App {
  const jobs = new ScriptedJobs();
  jobs.table = [scriptedJob()];
  const doors = completeDoors({ allowedHosts }, "127.0.0.1");
  return createApp({ jobs, routes, onError: () => {}, doors });
}

const letIn = requests.map(([, , status]) => status);
const refused = requests.map(() => 403);

describe("a request that a page of another site may have made", () => {
  const foreign: readonly (readonly [string, Headers])[] = [
    ["by a name that has come to mean this machine", { host: "rebound.example.org:8042" }],
    ["by such a name that ends like ours", { host: "localhost.example.org" }],
    ["by a name that only looks like an address", { host: "127.0.0.1.example.org" }],
    ["by a Host that is none", { host: "localhost:8042@example.org" }],
    ["with another Origin", { host: "localhost:8042", origin: "https://example.org" }],
    ["of another port", { host: "localhost:8042", origin: "http://localhost:3000" }],
    ["of a sandbox or a file", { host: "localhost:8042", origin: "null" }],
    ["of an extension", { host: "localhost:8042", origin: "chrome-extension://localhost:8042" }],
    ["marked by its browser", { host: "localhost", "sec-fetch-site": "cross-site" }],
    ["marked as its neighbour's", { host: "localhost", "sec-fetch-site": "same-site" }],
    ["in a frame", { ...linkOf("iframe"), host: "localhost" }],
  ];
  for (const [how, headers] of foreign) {
    it(`is refused on every path: ${how}`, async () => {
      assert.deepEqual(await statuses(headers), refused);
    });
  }

  it("is refused by an empty Host", async () => {
    await using server = await startTestServer(routes);
    const head = "POST /lab HTTP/1.1\r\nhost:\r\nconnection: close\r\n\r\n";
    assert.match(await sendRaw(server.url, head), /^HTTP\/1\.1 403 /);
  });

  it("is told nothing but that", async () => {
    const headers = { host: "localhost", origin: "https://example.org" };
    const answer = await appWith([]).fastify.inject({ url: "/jobs", headers });
    assert.equal(answer.headers["access-control-allow-origin"], undefined);
    const body = JSON.parse(answer.body) as Record<string, unknown>;
    assert.equal(body["OrthancStatus"], 45);
    assert.match(answer.body, /"Code": "NOT_ALLOWED"/);
    assert.ok(!answer.body.includes(id));
  });
});

describe("a request that no page of another site has made", () => {
  const own: readonly (readonly [string, Headers, (readonly string[])?])[] = [
    ["of a client that is no browser", { host: "127.0.0.1:8042" }],
    ["to another port, through a tunnel", { host: "localhost:9999" }],
    ["to an address of IPv6", { host: "[::1]:8042" }],
    ["to a name as DNS writes it", { host: "LocalHost." }],
    ["of a page of this host", { host: "localhost:8042", origin: "http://localhost:8042" }],
    ["of a page behind TLS", { host: "127.0.0.1", origin: "https://127.0.0.1" }],
    ["that its browser vouches for", { host: "localhost", "sec-fetch-site": "same-origin" }],
    ["that the user has typed", { host: "localhost", "sec-fetch-site": "none" }],
    ["by a name that is allowed", { host: "Baton.example.org:8042" }, ["baton.example.org"]],
    ["by a name with its port", { host: "baton.example.org:81" }, ["baton.example.org:81"]],
    [
      "through a proxy that changes the Host",
      { host: "127.0.0.1:8042", origin: "https://baton.example.org" },
      ["Baton.example.org"],
    ],
  ];
  for (const [how, headers, allowed] of own) {
    it(`is answered: ${how}`, async () => {
      assert.deepEqual(await statuses(headers, allowed), letIn);
    });
  }

  it("is answered without a Host by HTTP/1.0", async () => {
    await using server = await startTestServer(routes);
    assert.match(await sendRaw(server.url, "POST /lab HTTP/1.0\r\n\r\n"), / 200 OK[^]*done$/);
  });

  it("may follow a link from another site, and not act by it", async () => {
    const app = appWith([]);
    const headers = { host: "localhost", ...linkOf("document") };
    const read = await app.fastify.inject({ url: "/jobs", headers });
    const acted = await app.fastify.inject({ url: `/jobs/${id}/cancel`, method: "POST", headers });
    assert.deepEqual([read.statusCode, acted.statusCode], [200, 403]);
  });

  it("may come from inside of the process with whatever headers", async () => {
    const rest = new InProcessRest(appWith([]));
    const headers = [
      ["host", "anything.example.org"],
      ["origin", "https://example.org"],
    ] as const;
    const answer = await rest.call({ method: "POST", target: "/lab", headers, body: Buffer.of() });
    assert.equal(answer.status, 200);
  });
});

function linkOf(destination: string): Headers {
  return {
    "sec-fetch-site": "cross-site",
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": destination,
  };
}
