import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { definePlugin, openHost } from "../../../src/index.ts";
import { RouteTable } from "../../../src/engine/route-table.ts";
import type { RouteScope } from "../../../src/ports/plugin.ts";
import { scriptedJob } from "../scripted-host.ts";
import { ask, guardedApp, madeToken } from "./guarded-app.ts";

const { id } = scriptedJob();

/** Answers the names of the headers that it was shown. */
const handler = ({ headers }: { readonly headers: object }): { body: string } => ({
  body: Object.keys(headers).join(),
});

/** A route for each scope that a plugin may name, and one of each method that names none. */
function routes(): RouteTable {
  const table = new RouteTable(["jobs"]);
  for (const scope of ["none", "read", "operate", "submit"] as const) {
    table.add("lab", "POST", `/lab/${scope}`, { handler, scope });
  }
  table.add("lab", "GET", "/lab/plain", { handler });
  table.add("lab", "PUT", "/lab/plain", { handler });
  return table;
}

const tokens = {
  read: madeToken(),
  operate: madeToken(),
  submit: madeToken(),
  nothing: madeToken(),
};
const doors = {
  tokens: {
    read: { hash: tokens.read.hash, scopes: ["read"] },
    operate: { hash: tokens.operate.hash, scopes: ["operate"] },
    submit: { hash: tokens.submit.hash, scopes: ["submit"] },
    nothing: { hash: tokens.nothing.hash, scopes: [] },
  },
} as const;

describe("a scope", () => {
  const table: readonly (readonly [method: string, path: string, scope: RouteScope])[] = [
    ["GET", "/jobs", "read"],
    ["HEAD", `/jobs/${id}`, "read"],
    ["OPTIONS", "/jobs", "read"],
    ["GET", `/jobs/${id}/logs`, "read"],
    ["POST", `/jobs/${id}/cancel`, "operate"],
    ["POST", `/jobs/${id}/resubmit`, "operate"],
    ["DELETE", `/jobs/${id}`, "operate"],
    ["DELETE", `/jobs/${id}/output`, "operate"],
    ["POST", "/jobs/cancel?state=Pending", "operate"],
    ["POST", "/tools/backup", "operate"],
    ["GET", "/lab/plain", "read"],
    ["HEAD", "/lab/plain", "read"],
    ["PUT", "/lab/plain", "submit"],
    ["POST", "/lab/none", "none"],
    ["POST", "/lab/read", "read"],
    ["POST", "/lab/operate", "operate"],
    ["POST", "/lab/submit", "submit"],
    ["POST", "//lab//submit/", "submit"],
    ["POST", "/lab/%73ubmit", "submit"],
  ];
  for (const [method, path, scope] of table) {
    it(`${scope} is what ${method} ${path} needs`, async () => {
      const app = guardedApp(doors, routes());
      for (const own of ["read", "operate", "submit", "nothing"] as const) {
        const told = await ask(app, `Bearer ${tokens[own].token}`, [method, path]);
        const isLetIn = scope === "none" || scope === own;
        assert.equal(told.status !== 403, isLetIn, `${own}: ${told.status}`);
        if (!isLetIn && method !== "HEAD") {
          assert.equal(told.code, "NOT_ALLOWED");
          assert.match(told.details, new RegExp(`needs the scope "${scope}"; "${own}" has `));
        }
      }
    });
  }

  it("is not needed where a plugin lets everybody in, who may send what they like", async () => {
    const app = guardedApp(doors, routes());
    assert.equal((await ask(app, "Bearer wrong", ["POST", "/lab/none"])).status, 200);
    assert.equal((await ask(app, null, ["POST", "/lab/read"])).status, 401);
  });

  it("that does not exist is refused, of a route and of a token", async () => {
    const plugin = definePlugin({
      name: "lab",
      version: "1.0.0",
      start: (host) => host.registerRoute("GET", "/lab", () => {}, { scope: "write" as "read" }),
    });
    await assert.rejects(openHost({ plugins: [plugin] }), /the scope "write" of the route \/lab;/);
    const bad = { hash: tokens.read.hash, scopes: ["write" as "read"] };
    const http = { port: 0, tokens: { bad } };
    await assert.rejects(openHost({ http }), /the token "bad" has the scope write; there are read/);
  });
});

describe("a plugin's route", () => {
  it("sees no password and no token", async () => {
    const app = guardedApp(doors, routes());
    const headers = { authorization: `Bearer ${tokens.read.token}`, "x-own": "1" };
    const answer = await app.fastify.inject({ url: "/lab/plain", headers });
    assert.match(answer.body, /x-own/);
    assert.doesNotMatch(answer.body, /authorization/);
  });

  it("sees what was sent where the host asks nobody", async () => {
    const headers = { authorization: "Custom its-own" };
    const answer = await guardedApp({}, routes()).fastify.inject({ url: "/lab/plain", headers });
    assert.match(answer.body, /authorization/);
  });
});
