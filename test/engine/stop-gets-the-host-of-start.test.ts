import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { definePlugin, openHost } from "../../src/index.ts";

describe("a plugin that is in two hosts at a time", () => {
  it("is told by its stop which of them closes", async () => {
    const calls: (readonly [what: string, host: object])[] = [];
    const plugin = definePlugin({
      name: "twice",
      version: "1.0.0",
      start: (host) => void calls.push(["start", host]),
      stop: (host) => void calls.push(["stop", host]),
    });
    const first = await openHost({ plugins: [plugin] });
    const second = await openHost({ plugins: [plugin] });
    await first.close();
    await second.close();
    assert.deepEqual(
      calls.map(([what]) => what),
      ["start", "start", "stop", "stop"],
    );
    const [begun, begunToo, ended, endedToo] = calls.map(([, host]) => host);
    assert.equal(ended, begun);
    assert.equal(endedToo, begunToo);
    assert.notEqual(begun, begunToo);
  });
});
