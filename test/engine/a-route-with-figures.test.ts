import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RouteTable } from "../../src/engine/route-table.ts";

const handler = () => ({ body: "lab_open 1" });

describe("a route with figures", () => {
  it("is told to whom asks for all of them, until its plugin goes", () => {
    const table = new RouteTable([]);
    table.add("lab", "GET", "/lab/metrics", { handler, metrics: true });
    table.add("lab", "GET", "/lab/other", { handler });
    assert.deepEqual(table.metricsRoutes(), [{ plugin: "lab", path: "/lab/metrics", handler }]);
    table.removeOf("lab");
    assert.deepEqual(table.metricsRoutes(), []);
  });

  it("is a GET without parameters", () => {
    for (const [method, pattern] of [
      ["POST", "/lab"],
      ["GET", "/lab/{id}"],
    ] as const) {
      const table = new RouteTable([]);
      assert.throws(() => table.add("lab", method, pattern, { handler, metrics: true }), {
        code: "INVALID_ARGUMENT",
        message: /cannot have metrics/,
      });
    }
  });

  it("is for whoever may read", () => {
    const table = new RouteTable([]);
    for (const scope of ["operate", "submit"] as const) {
      assert.throws(() => table.add("lab", "GET", "/lab", { handler, metrics: true, scope }), {
        code: "INVALID_ARGUMENT",
        message: /cannot have metrics and the scope/,
      });
    }
    table.add("lab", "GET", "/read", { handler, metrics: true, scope: "read" });
    table.add("lab", "GET", "/none", { handler, metrics: true, scope: "none" });
    assert.equal(table.metricsRoutes().length, 2);
  });
});
