import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PluginTexts } from "../../../src/http/metrics/plugin-texts.ts";

/** Why these figures are left out; null: they are shown. */
async function faultOf(body: string): Promise<string | null> {
  const warned: string[] = [];
  const log = (_plugin: string, _level: string, words: string): void => void warned.push(words);
  const route = { plugin: "lab", path: "/lab/metrics", handler: () => ({ body }) };
  const text = await new PluginTexts({ log }).read([route]);
  assert.equal(text, warned.length === 0 ? `${body}\n` : "");
  return warned[0] ?? null;
}

describe("a line of a plugin's figures", () => {
  for (const line of [
    "lab 1",
    "lab:sum{} -.5e+3",
    "lab 1.",
    "lab NaN",
    'lab_bucket{le="+Inf"} +Inf',
    String.raw`lab{a="}",b_1="\"\\\n" , c="ä",} 0`,
    "# HELP lab",
    String.raw`# HELP lab Some "words" with \\ and \n.`,
    "# TYPE lab histogram",
    "# of no meaning",
    "#",
    '# HELP lab A.\n# TYPE lab counter\nlab{a="1"} 1\nlab{a="2"} 1',
  ]) {
    it(`may be ${JSON.stringify(line)}`, async () => {
      assert.equal(await faultOf(line), null);
    });
  }

  for (const line of [
    "lab 1.2.3",
    "lab .",
    "lab 1e999",
    "lab  1",
    "lab 1 5",
    "lab{x} 1",
    'lab{to="a"b"} 1',
    String.raw`lab{to="\t"} 1`,
    'lab{1a="b"} 1',
    'lab{a="1" b="2"} 1',
    'lab{a="1",a="2"} 1',
    'lab{__name__="baton_jobs"} 1',
    "# TYPE lab banana",
    "# TYPE lab",
    "#TYPE\tlab gauge",
    "# TYPE",
    "# HELP 1 is no name",
    String.raw`# HELP lab \t`,
  ]) {
    it(`is not ${JSON.stringify(line)}`, async () => {
      assert.match(String(await faultOf(line)), /no line of Prometheus/);
    });
  }

  it("tells of no other's names, and of none twice or too late", async () => {
    assert.match(
      String(await faultOf("# TYPE baton_jobs counter")),
      /baton_jobs is somebody else's/,
    );
    assert.match(String(await faultOf("# HELP process_id One.")), /process_id is somebody else's/);
    assert.match(
      String(await faultOf("# TYPE lab gauge\n# TYPE lab gauge")),
      /TYPE lab is there twice/,
    );
    assert.match(String(await faultOf("# HELP lab A.\n# HELP lab B.")), /HELP lab is there twice/);
    assert.match(String(await faultOf("lab 1\n# TYPE lab gauge")), /TYPE lab is below/);
  });
});
