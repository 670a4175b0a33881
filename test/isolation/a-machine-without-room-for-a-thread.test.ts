import assert from "node:assert/strict";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { PluginLives } from "../../src/adapters/isolation/host/plugin-lives.ts";
import { openThread } from "../../src/adapters/isolation/places/thread-place.ts";
import type { PluginHost } from "../../src/ports/plugin.ts";
import { systemClock } from "../../src/adapters/system-clock.ts";

it("a crashed plugin is started again later if there is no room for it now", async () => {
  const logged: string[] = [];
  const { promise: runsAgain, resolve } = Promise.withResolvers<void>();
  let opened = 0;
  const lives = new PluginLives({
    file: fileURLToPath(new URL("support/crasher.ts", import.meta.url)),
    settings: {},
    clock: systemClock,
    open() {
      opened += 1;
      if (opened === 2 || opened === 3) throw new Error("no room");
      return openThread({ name: "test", execArgv: [], heapLimitMb: null });
    },
    lost: () => undefined,
    listen: () => ({ [Symbol.dispose]: () => undefined }),
    rest: () => null,
    properties: () => assert.fail("it has none"),
    submitJobs: () => assert.fail("it submits nothing"),
    creatorRegistered: () => assert.fail("it has no creators"),
    log: (_plugin, _level, text) => {
      logged.push(text);
      if (text === "the plugin runs again") resolve();
    },
  });
  await lives.load();
  const host = { registerType: () => undefined, registerRoute: () => undefined };
  await lives.begin(host as unknown as PluginHost);
  lives.side?.endFor([]);
  await runsAgain;
  await lives.end();
  assert.equal(opened, 4);
  assert.deepEqual(
    logged.map((text) => text.replace(/^the plugin crashed: /, "").replace(/^its thread .*;/, "")),
    [
      " it is started again in 100 ms",
      "no room; it is started again in 200 ms",
      "no room; it is started again in 400 ms",
      "the plugin runs again",
    ],
  );
});
