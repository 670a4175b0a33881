import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PluginTexts } from "../../../src/http/metrics/plugin-texts.ts";
import type { MetricsRoute, RouteResponse } from "../../../src/ports/plugin.ts";

/** Figures that come when `answer` is called. */
class Slow {
  calls = 0;
  answer: (response: RouteResponse) => void = () => undefined;
  readonly route: MetricsRoute = {
    plugin: "slow",
    path: "/slow/metrics",
    handler: () => {
      this.calls += 1;
      const { promise, resolve } = Promise.withResolvers<RouteResponse>();
      this.answer = resolve;
      return promise;
    },
  };
}

const quick: MetricsRoute = {
  plugin: "quick",
  path: "/quick/metrics",
  handler: () => ({ body: "quick 1\n" }),
};

describe("figures that hang", () => {
  it("are left out and not asked for again before they have come", async (test) => {
    const slow = new Slow();
    const warned: string[] = [];
    const texts = new PluginTexts({ log: (_plugin, _level, text) => void warned.push(text) });
    test.mock.timers.enable({ apis: ["setTimeout"] });
    for (let count = 0; count < 300; count += 1) {
      const scrape = texts.read([slow.route, quick]);
      test.mock.timers.tick(2_000);
      assert.equal(await scrape, "quick 1\n");
    }
    assert.equal(slow.calls, 1);
    assert.equal(warned.length, 1, "they are told of once");
    slow.answer({ body: "slow 1\n" });
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    const later = texts.read([slow.route, quick]);
    slow.answer({ body: "slow 2\n" });
    assert.equal(await later, "slow 2\nquick 1\n");
    assert.equal(slow.calls, 2);
  });

  it("are shown to all who wait for them", async () => {
    const slow = new Slow();
    const texts = new PluginTexts({ log: () => assert.fail("nothing is left out") });
    const scrapes = [texts.read([slow.route]), texts.read([slow.route])];
    slow.answer({ body: "slow 1\n" });
    assert.deepEqual(await Promise.all(scrapes), ["slow 1\n", "slow 1\n"]);
    assert.equal(slow.calls, 1);
  });

  it("are asked for anew when another life of the plugin gives them", async () => {
    const [dead, alive] = [new Slow(), new Slow()];
    const texts = new PluginTexts({ log: () => undefined });
    void texts.read([dead.route]);
    const scrape = texts.read([alive.route]);
    alive.answer({ body: "slow 1\n" });
    assert.equal(await scrape, "slow 1\n");
    dead.answer({});
  });
});
