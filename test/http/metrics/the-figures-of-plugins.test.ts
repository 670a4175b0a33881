import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PluginTexts, stamped } from "../../../src/http/metrics/plugin-texts.ts";
import type { MetricsRoute, RouteResponse } from "../../../src/ports/plugin.ts";

const route = (
  plugin: string,
  answer: () => RouteResponse | Promise<RouteResponse>,
): MetricsRoute => ({
  plugin,
  path: `/${plugin}/metrics`,
  handler: answer,
});
const said = (plugin: string, body: string): MetricsRoute => route(plugin, () => ({ body }));
const read = async (...routes: MetricsRoute[]): Promise<{ text: string; warned: string[] }> => {
  const warned: string[] = [];
  const log = (plugin: string, level: string, words: string): void =>
    void warned.push(`${plugin}: ${level}: ${words}`);
  const text = await new PluginTexts({ log }).read(routes);
  return { text, warned };
};
const good =
  '# HELP lab_items Items.\n# TYPE lab_items gauge\nlab_items{state="a b"} 4\nlab_sum 1e-7\n';

describe("the figures of plugins", () => {
  it("stand one after the other", async () => {
    assert.deepEqual(await read(said("lab", good), said("door", "door_open 1")), {
      text: `${good}door_open 1\n`,
      warned: [],
    });
  });

  for (const [what, other, words] of [
    ["is no text of Prometheus'", said("bad", "what is this?\n"), /no line of Prometheus/],
    ["has a name of the host's", said("bad", "baton_jobs 7\n"), /baton_jobs is somebody else's/],
    ["has a name of another plugin's", said("bad", "lab_sum 7\n"), /lab_sum is somebody else's/],
    ["is no text at all", route("bad", () => ({ body: { a: 1 } })), /no text/],
    ["is a refusal", route("bad", () => ({ status: 500, body: "no" })), /no text/],
    ["throws", route("bad", () => Promise.reject(new Error("broken"))), /broken/],
    ["does not come", route("bad", () => new Promise<RouteResponse>(() => {})), /in time/],
  ] as const) {
    it(`are left out if one ${what}, and the others stay`, async () => {
      const { text, warned } = await read(said("lab", good), other, said("door", "door_open 1"));
      assert.equal(text, `${good}door_open 1\n`);
      assert.equal(warned.length, 1);
      assert.match(warned[0] ?? "", words);
      assert.match(warned[0] ?? "", /^bad: warning: /);
    });
  }

  it("have their time in Orthanc's form, and no comments", () => {
    assert.equal(stamped(good, 5), 'lab_items{state="a b"} 4 5\nlab_sum 1e-7 5\n');
    assert.equal(stamped("", 5), "");
  });
});
