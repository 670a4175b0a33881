import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openHost, type HostOptions } from "../../src/index.ts";

/** Whoever writes JavaScript may write anything. */
describe("options of a host that are none", () => {
  for (const store of ["memory", null, {}, { kind: "file" }, { kind: "sqlite" }]) {
    it(`are refused in a sentence: store ${JSON.stringify(store)}`, async () => {
      await assert.rejects(openHost({ store } as HostOptions), {
        code: "CONFIG_INVALID",
        message: /store must be .* not /,
      });
    });
  }
});
