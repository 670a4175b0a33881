import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { isBuilt, traceOf, type HelloPlugin } from "./hello-trace.ts";

/** The one truth for every kind of plugin. Written anew with BATON_WRITE_TRACE=1. */
const expected = new URL("hello.trace.txt", import.meta.url);

const plugins: readonly HelloPlugin[] = [
  { name: "hello", route: "/myapp/hello" },
  { name: "hello", route: "/myapp/hello", isolation: "thread" },
  { name: "hello", route: "/myapp/hello", isolation: "process" },
  { name: "hello-c", route: "/myapp-c/hello" },
  { name: "hello-c", route: "/myapp-c/hello", isolation: "process" },
  { name: "hello-cpp", route: "/myapp-cpp/hello" },
  { name: "hello-cpp", route: "/myapp-cpp/hello", isolation: "process" },
  { name: "hello-addon", route: "/myapp-addon/hello" },
  { name: "hello-addon", route: "/myapp-addon/hello", isolation: "process" },
];

/** Set by continuous integration: what a developer may lack is then an error. */
const requirePeers = process.env["BATON_REQUIRE_PEERS"] === "1";

describe("the counter of the first forum thread", () => {
  for (const plugin of plugins) {
    it(`lives the life that is written down, in ${nameOf(plugin)}`, async (test) => {
      if (!isBuilt(plugin) && !requirePeers) {
        test.skip(`plugins/${plugin.name} is not built: npm run build:plugins, which needs cmake`);
        return;
      }
      const trace = await traceOf(plugin);
      if (process.env["BATON_WRITE_TRACE"] === "1") await writeFile(expected, trace);
      assert.equal(trace, await readFile(expected, "utf8"));
    });
  }
});

function nameOf({ name, isolation }: HelloPlugin): string {
  return isolation === undefined ? name : `${name}, in a ${isolation} of its own`;
}
