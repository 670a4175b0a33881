import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { JobEngineError } from "../../src/core/errors.ts";
import { RouteTable } from "../../src/engine/route-table.ts";
import type { PluginHost, RouteMethod } from "../../src/ports/plugin.ts";

const handler = (): void => {};

describe("how a route takes its body", () => {
  it("is told by the table, with the most that it takes", () => {
    const table = new RouteTable([]);
    table.add("lab", "POST", "/in", { handler, body: "stream", maxBytes: 5 });
    table.add("lab", "PUT", "/in", { handler, body: "stream", maxBytes: null });
    for (const [method, maxBytes] of [
      ["POST", 5],
      ["PUT", null],
    ] as const) {
      const { params: _params, ...found } = Object(table.find(method, "/in"));
      assert.deepEqual(found, { plugin: "lab", handler, body: "stream", maxBytes });
    }
  });

  const junk: readonly (readonly [RouteMethod, object, RegExp])[] = [
    ["GET", { body: "stream", maxBytes: null }, /only POST and PUT/],
    ["POST", { body: "stream" }, /maxBytes/],
    ["POST", { body: "stream", maxBytes: 0 }, /maxBytes/],
    ["POST", { body: "stream", maxBytes: "1 MB" }, /maxBytes/],
    ["POST", { body: "streamed", maxBytes: null }, /"whole", "stream"/],
    ["POST", { maxBytes: 5 }, /only a route that streams/],
  ];
  for (const [method, options, words] of junk) {
    it(`is not ${method} ${JSON.stringify(options)}`, () => {
      assert.throws(
        () => new RouteTable([]).add("lab", method, "/in", { handler, ...options }),
        (error) => {
          assert.ok(error instanceof JobEngineError);
          assert.equal(error.code, "INVALID_ARGUMENT");
          assert.match(error.message, words);
          return true;
        },
      );
    });
  }

  it("cannot be mistaken in TypeScript", () => {
    assert.equal(typeof mistakes, "function");
  });
});

/** Nobody calls it: that each of these is an error is checked with the types. */
function mistakes(host: PluginHost): void {
  // @ts-expect-error: who streams says how much it takes
  host.registerRoute("POST", "/a", () => {}, { body: "stream" });
  // @ts-expect-error: a GET has no body
  host.registerRoute("GET", "/a", () => {}, { body: "stream", maxBytes: null });
  // @ts-expect-error: a body that is whole has the host's limit
  host.registerRoute("POST", "/a", () => {}, { body: "whole", maxBytes: 5 });
  // @ts-expect-error: a stream has no length
  host.registerRoute("POST", "/a", ({ body }) => void body.length, { body: "stream", maxBytes: 5 });
  // @ts-expect-error: bytes that are all there are not awaited
  host.registerRoute("POST", "/a", ({ body }) => void body[Symbol.asyncIterator]);
}
