import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createApp } from "../../src/http/app.ts";
import type { Scope } from "../../src/http/operation.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";
import {
  noRoutes,
  scriptedAbout,
  scriptedJob,
  ScriptedJobs,
  startTestServer,
} from "./scripted-host.ts";
import { assertDocumented, document } from "./support/documented.ts";

/** Every path of the router, from the tree that fastify draws of it. */
function pathsOfRouter(): readonly string[] {
  const parts = { jobs: new ScriptedJobs(), routes: noRoutes, about: scriptedAbout };
  const app = createApp({ ...parts, clock: new FakeClock(), onError: () => {} });
  const above: string[] = [];
  return app.fastify
    .printRoutes({ commonPrefix: false })
    .split("\n")
    .flatMap((line) => {
      const [, indent = "", path] = /^([│├└─ ]*)(\S+) \(/.exec(line) ?? [];
      if (path === undefined || path === "*") return [];
      const depth = indent.length / 4;
      above.splice(depth - 1, above.length, path);
      return [above.join("").replaceAll(/:(\w+)/g, "{$1}")];
    });
}

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

describe("/openapi.json", () => {
  it("has every path of the router, with every method that it has", async () => {
    await using server = await startTestServer();
    const paths = pathsOfRouter();
    assert.deepEqual(Object.keys(document.paths).toSorted(), paths.toSorted());
    assert.ok(paths.length > 20, paths.join(", "));
    for (const path of paths) {
      const { headers } = await server.send("OPTIONS", path.replaceAll(/[{}]/g, ""));
      const methods = Object.keys(document.paths[path] ?? {}).map((name) => name.toUpperCase());
      assert.deepEqual(String(headers.allow).split(",").toSorted(), methods.toSorted(), path);
    }
  });

  it("names every operation once, and says what it is for", () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    assert.equal(new Set(ids).size, ids.length, ids.join(", "));
    for (const { path, operation } of operations) {
      assert.match(String(operation["summary"]), /^[A-Z].*[^.]$/, path);
    }
  });

  it("refers to nothing that it has not", () => {
    const names = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g)].map(
      ([, ref]) => ref,
    );
    assert.ok(names.length > 10);
    for (const name of new Set(names)) {
      const schema = /^#\/components\/schemas\/(\w+)$/.exec(String(name))?.[1] ?? "";
      assert.ok(schema in document.components.schemas, name);
    }
  });

  it("says which scope each operation needs", () => {
    const scopes = (path: string, method: string): unknown =>
      document.paths[path]?.[method]?.security;
    const needs = (scope: Scope): unknown => [{}, { basic: [scope] }, { bearer: [scope] }];
    assert.deepEqual(scopes("/health/live", "get"), []);
    assert.deepEqual(scopes("/jobs", "get"), needs("read"));
    assert.deepEqual(scopes("/jobs", "post"), needs("submit"));
    assert.deepEqual(scopes("/jobs/{id}/cancel", "post"), needs("operate"));
  });

  it("has no path that nobody answers", async () => {
    await using server = await startTestServer();
    const job = scriptedJob();
    for (const { path, method } of operations) {
      if (path.endsWith("/events")) continue;
      server.jobs.table = [job];
      const asked = path.replace("{id}", job.id).replaceAll(/\{\w+\}/g, "x");
      const { status, text } = await server.send(method.toUpperCase(), asked, { body: "{}" });
      assert.doesNotMatch(text, /Nothing answers/, asked);
      assert.notEqual(status, 405, asked);
    }
  });
});

describe("the comparison of answers with the document", () => {
  const answer = {
    status: 200,
    headers: { "content-type": "application/json" },
    text: "",
    json: {},
  };

  it("finds a field, a status, a header and a media type that are not there", () => {
    const check = (changes: Partial<typeof answer>) => () =>
      assertDocumented("GET", "/health/live", { ...answer, json: { Status: "live" }, ...changes });
    check({})();
    assert.throws(check({ json: { Status: "live", Since: 1 } }), /must not have additional/);
    assert.throws(check({ json: { Status: "dead" } }), /\/Status/);
    assert.throws(check({ status: 202 }), /the document has no such answer/);
    assert.throws(check({ headers: { "content-type": "text/html" } }), /the document has no text/);
  });
});

describe("/docs", () => {
  it("is the same for people, and needs nothing from elsewhere", async () => {
    await using server = await startTestServer();
    const { text, headers } = await server.send("GET", "/docs/");
    assert.match(String(headers["content-security-policy"]), /^default-src 'none'; style-src/);
    assert.doesNotMatch(text, /<script|https?:|@import|url\(/);
    for (const { path, method } of operations) {
      assert.ok(text.includes(`<b>${method.toUpperCase()}</b> <code>${path}</code>`), path);
    }
  });
});
