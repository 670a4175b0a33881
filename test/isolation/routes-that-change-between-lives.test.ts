import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RemoteRoutes } from "../../src/adapters/isolation/host/remote-routes.ts";
import type { Side } from "../../src/adapters/isolation/host/side.ts";
import { RouteTable } from "../../src/engine/route-table.ts";
import type { HandledRoute, PluginHost, RouteMethod } from "../../src/ports/plugin.ts";

/** A host with an isolated plugin that starts again and again. */
class Lives {
  readonly table = new RouteTable([]);
  readonly #routes = new RemoteRoutes();

  /** A life whose only route is `POST /work` with these options. Answers what its first request is answered. */
  async begin(life: string, options: object): Promise<unknown> {
    const answer = { status: 200, body: { kind: "none" }, headers: { life } };
    const side = {
      streams: { bytes: (bytes: unknown) => bytes, offer: () => 1, drop: () => undefined },
      link: { ask: () => Promise.resolve(answer) },
    } as unknown as Side;
    const host = {
      registerRoute: (method: RouteMethod, pattern: string, handler: unknown, given: object) =>
        this.table.add("p", method, pattern, { handler, ...given } as HandledRoute),
    } as unknown as PluginHost;
    this.#routes.register(host, side, { method: "POST", pattern: "/work", route: 0, ...options });
    this.#routes.begin(side);
    const found = this.table.find("POST", "/work");
    assert.ok(found !== null && "handler" in found);
    const request = { method: "POST", path: "/work", params: {}, headers: {} };
    const query = new URLSearchParams();
    const body = new Uint8Array();
    const response = await found.handler({ ...request, query, body } as never);
    return response?.headers?.["life"];
  }
}

describe("the routes of another life of a plugin", () => {
  it("go on as those of the life before", async () => {
    const lives = new Lives();
    const options = { scope: "read", metrics: undefined };
    assert.equal(await lives.begin("first", options), "first");
    assert.equal(await lives.begin("second", { scope: "read" }), "second");
  });

  for (const [what, options] of [
    ["scope", { scope: "operate" }],
    ["body", { scope: "read", maxBytes: 5 }],
    ["body of any size", { scope: "read", maxBytes: null }],
    ["panel", { scope: "read", panel: "Work" }],
    ["metrics", { scope: "read", metrics: true }],
  ] as const) {
    it(`are refused with another ${what}, and never open for those of before`, async () => {
      const lives = new Lives();
      await lives.begin("first", { scope: "read" });
      await assert.rejects(lives.begin("second", options), {
        code: "NAME_TAKEN",
        message: /POST \/work had another scope, panel, metrics or body/,
      });
      assert.equal(await lives.begin("third", { scope: "read" }), "third");
    });
  }
});
