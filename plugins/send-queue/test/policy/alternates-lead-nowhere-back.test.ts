import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readSettings, type Settings } from "../../src/settings/settings.ts";

const read = (alternates: Readonly<Record<string, string>>): Settings => {
  const names = ["a", "b", "c"];
  const modalities = names.map((name) => [name, [name.toUpperCase(), "127.0.0.1", 104]]);
  const destinations = Object.entries(alternates).map(([name, to]) => [name, { Alternate: to }]);
  const settings = {
    DicomModalities: Object.fromEntries(modalities) as object,
    SendQueue: { Destinations: Object.fromEntries(destinations) as object },
  };
  return readSettings(settings, () => "");
};

describe("alternates lead nowhere back", () => {
  it("one after the other is allowed, after half an hour if nothing else is said", () => {
    const { targets } = read({ a: "b", b: "c" });
    assert.deepEqual(targets.get("a")?.alternate, { to: "b", afterMs: 1_800_000 });
    assert.equal(targets.get("c")?.alternate, null);
  });

  for (const [alternates, words] of [
    [{ a: "a" }, /lead back to where they began: a, a\./],
    [{ a: "b", b: "a" }, /lead back to where they began: a, b, a\./],
    [{ a: "b", b: "c", c: "a" }, /: a, b, c, a\./],
    [{ a: "b", b: "c", c: "b" }, /: b, c, b\./],
    [{ a: "d" }, /Alternate of a is "d", which is no destination/],
  ] as const) {
    it(`refuses ${JSON.stringify(alternates)}`, () => {
      assert.throws(() => read(alternates), words);
    });
  }
});
