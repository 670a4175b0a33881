import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Scope } from "../../src/http/operation.ts";
import { scriptedJob, startTestServer } from "./scripted-host.ts";
import { appWithEverything, assertDocumented, document } from "./support/documented.ts";

/** Every path of the router, from the tree that fastify draws of it; all stand below the first, "/". */
function pathsOfRouter(tree: string): readonly string[] {
  const above: string[] = [];
  return tree.split("\n").flatMap((line) => {
    const [, indent = "", path] = /^([│├└─ ]*)(\S+) \(/.exec(line) ?? [];
    if (path === undefined || path === "*") return [];
    above.splice(indent.length / 4 - 1, above.length, path);
    return [above.join("").replaceAll(/:(\w+)/g, "{$1}")];
  });
}

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

const scopes = (path: string, method: string): unknown => document.paths[path]?.[method]?.security;
const needs = (scope: Scope): unknown => [{}, { basic: [scope] }, { bearer: [scope] }];

const alive = {
  status: 200,
  headers: { "content-type": "application/json" },
  text: "",
  json: { Status: "live" } as unknown,
};
const check = (changes: Partial<typeof alive>) => () =>
  assertDocumented("GET", "/health/live", { ...alive, ...changes });

describe("/openapi.json", () => {
  it("has every path of the router, with every method that it has", async () => {
    const { fastify } = appWithEverything();
    await fastify.ready();
    const paths = pathsOfRouter(fastify.printRoutes({ commonPrefix: false }));
    assert.deepEqual(Object.keys(document.paths).toSorted(), paths.toSorted());
    assert.ok(paths.length > 20, paths.join(", "));
    for (const path of paths) {
      const url = path.replaceAll(/[{}]/g, "");
      const { headers } = await fastify.inject({ method: "OPTIONS", url });
      const methods = Object.keys(document.paths[path] ?? {}).map((name) => name.toUpperCase());
      assert.deepEqual(String(headers["allow"]).split(",").toSorted(), methods.toSorted(), path);
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
    assert.deepEqual(scopes("/health/live", "get"), []);
    assert.deepEqual(scopes("/jobs", "get"), needs("read"));
    assert.deepEqual(scopes("/jobs", "post"), needs("submit"));
    assert.deepEqual(scopes("/jobs/{id}/cancel", "post"), needs("operate"));
  });

  it("has no path that nobody answers", async () => {
    await using server = await startTestServer();
    const job = scriptedJob();
    for (const { path, method } of operations) {
      // They do not end, or this host has nothing to measure.
      if (/\/events$|metrics/.test(path)) continue;
      server.jobs.table = [job];
      const asked = path.replace("{id}", job.id).replaceAll(/\{\w+\}/g, "x");
      const { status, text } = await server.send(method.toUpperCase(), asked, { body: "{}" });
      assert.doesNotMatch(text, /Nothing answers/, asked);
      assert.notEqual(status, 405, asked);
    }
  });
});

describe("the comparison of answers with the document", () => {
  it("finds a field, a status, a header and a media type that are not there", () => {
    check({})();
    assert.throws(check({ json: { Status: "live", Since: 1 } }), /must not have additional/);
    assert.throws(check({ json: { Status: "dead" } }), /\/Status/);
    assert.throws(check({ status: 202 }), /the document has no such answer/);
    assert.throws(check({ headers: { "content-type": "text/html" } }), /the document has no text/);
  });
});

describe("/docs", () => {
  it("is the same for people, and needs nothing from elsewhere", async () => {
    const { fastify } = appWithEverything();
    const { payload: text, headers } = await fastify.inject({ method: "GET", url: "/docs/" });
    assert.match(String(headers["content-security-policy"]), /^default-src 'none'; style-src/);
    assert.doesNotMatch(text, /<script|https?:|@import|url\(/);
    for (const { path, method } of operations) {
      assert.ok(text.includes(`<b>${method.toUpperCase()}</b> <code>${path}</code>`), path);
    }
  });
});
