import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { describe, it } from "node:test";
import { Packed, fullPath } from "./support/packed.ts";

const gyp = `{ "targets": [{
  "target_name": "mine",
  "sources": ["src/mine.c"],
  "include_dirs": ["<!(node -p \\"require('baton-jobs/native').include\\")"],
  "defines": ["NAPI_VERSION=9"],
  "conditions": [["OS=='linux'", { "ldflags": ["-Wl,-z,nodelete"] }]]
}] }`;

const source = `
#include <node_api.h>
#include "baton_napi.h"

static napi_value start(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value value = NULL;
  if (napi_get_cb_info(env, info, &count, &value, NULL, NULL) != napi_ok) return NULL;
  const baton_host* host = baton_host_from_value(env, value);
  if (host != NULL) host->log(host, BATON_LOG_INFO, "found");
  return NULL;
}

NAPI_MODULE_INIT() {
  napi_value name, version, function;
  napi_create_string_utf8(env, "mine", NAPI_AUTO_LENGTH, &name);
  napi_create_string_utf8(env, "1.0.0", NAPI_AUTO_LENGTH, &version);
  napi_create_function(env, "start", NAPI_AUTO_LENGTH, start, NULL, &function);
  napi_set_named_property(env, exports, "name", name);
  napi_set_named_property(env, exports, "version", version);
  napi_set_named_property(env, exports, "start", function);
  return exports;
}
`;

const app = `
import { openHost } from "baton-jobs";
const observer = (event) => event.kind === "logged" && console.log(event.plugin, event.text);
await (await openHost({ plugins: ["build/Release/mine.node"], observer })).close();
`;

/** Where the pinned runtime's headers are; null: it is not there for this platform. */
function headers(): string | null {
  const platform = process.platform === "win32" ? "win" : process.platform;
  try {
    const require = createRequire(import.meta.url);
    return dirname(require.resolve(`node-${platform}-${process.arch}/package.json`));
  } catch {
    return null;
  }
}

describe("an addon that node-gyp builds", { timeout: 600_000 }, () => {
  it("finds baton.h where baton-jobs/native says, and runs", { timeout: 400_000 }, async (test) => {
    const nodedir = headers();
    if (nodedir === null && process.env["BATON_REQUIRE_PEERS"] !== "1") {
      test.skip("no runtime is pinned for this platform, and node-gyp would download headers");
      return;
    }
    await using packed = await Packed.make();
    const stranger = await packed.stranger("mine", fullPath());
    await stranger.install("--ignore-scripts", packed.tarball);
    await mkdir(stranger.file("src"));
    await writeFile(stranger.file("src/mine.c"), source);
    await writeFile(stranger.file("binding.gyp"), gyp);
    await writeFile(stranger.file("app.mjs"), app);
    // In a script of npm its own node-gyp is found.
    await stranger.run("npm", "pkg", "set", "scripts.build=node-gyp rebuild");
    await stranger.run("npm", "run", "build", "--", `--nodedir=${nodedir}`);
    assert.equal(await stranger.run("node", "app.mjs"), "mine found\n");
  });
});
