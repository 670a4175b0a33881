import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { brokenAddon, brokenVariant, findsExactly } from "./broken-plugin.ts";

const onlyLoad = { fault: null, only: ["load", "jobs"] };

describe("a plugin that says wrong what it is", () => {
  it("answers something else each time it is asked", async () => {
    const file = brokenVariant("changes.so", "QUERY_CHANGES");
    await findsExactly({ ...onlyLoad, file }, ["QUERY_CHANGES"]);
  });

  it("has bytes in `reserved`", async () => {
    const file = brokenVariant("reserved.so", "DECLARED_RESERVED=1");
    await findsExactly({ ...onlyLoad, file }, ["BAD_DECLARATION"]);
  });

  it("is of another major: nothing else is tried", async () => {
    const file = brokenVariant("major.so", "DECLARED_MAJOR=2");
    const { cases } = await findsExactly({ ...onlyLoad, file }, ["PLUGIN_ABI_MISMATCH"]);
    assert.deepEqual(
      cases.map(({ outcome }) => outcome),
      ["failed", "not run"],
    );
  });

  it("is an addon that takes anything for a host", async () => {
    await findsExactly({ fault: null, only: ["foreign-host"], file: brokenAddon() }, [
      "ACCEPTS_FOREIGN_HOST",
      "CRASHED",
    ]);
  });

  it("calls what an older host does not have", async () => {
    const { cases } = await findsExactly({ fault: "calls-beyond", only: ["older-hosts"] }, [
      "CALL_BEYOND_TABLE",
    ]);
    assert.match(cases[0]?.findings[0]?.what ?? "", /^set_metric was called on a host without it/);
  });
});
