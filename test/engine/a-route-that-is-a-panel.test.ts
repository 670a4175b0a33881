import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RouteTable } from "../../src/engine/route-table.ts";
import type { RouteMethod } from "../../src/ports/plugin.ts";

const handler = () => ({ body: {} });

function add(method: RouteMethod, pattern: string, panel: unknown): RouteTable {
  const table = new RouteTable([]);
  table.add("lab", method, pattern, { handler, panel: panel as string });
  return table;
}

describe("a route that is a panel", () => {
  it("is told with its title and path, to whom asks for its plugin", () => {
    const table = add("GET", "/lab/panel", "Lab");
    table.add("lab", "GET", "/lab/other", { handler });
    assert.deepEqual(table.panelsOf("lab"), [{ title: "Lab", path: "/lab/panel" }]);
    assert.deepEqual(table.panelsOf("other"), []);
    table.removeOf("lab");
    assert.deepEqual(table.panelsOf("lab"), []);
  });

  it("needs a title that can be shown", () => {
    for (const odd of ["", "  ", "x".repeat(61), 7, null]) {
      assert.throws(() => add("GET", "/lab", odd), { code: "INVALID_ARGUMENT", message: /title/ });
    }
  });

  it("is a GET without parameters", () => {
    for (const [method, pattern] of [
      ["POST", "/lab"],
      ["GET", "/lab/{id}"],
      ["GET", "/lab/{rest*}"],
    ] as const) {
      assert.throws(() => add(method, pattern, "Lab"), {
        code: "INVALID_ARGUMENT",
        message: /cannot be a panel/,
      });
    }
  });
});
