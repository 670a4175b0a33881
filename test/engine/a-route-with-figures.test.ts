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
});
