import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openHost } from "../../src/index.ts";
import { HostWorkshop } from "../native/support/host-workshop.ts";
import { Crashers } from "./support/crashers.ts";

const crashers = new Crashers();

const open = (path: string, isolation: "thread" | "process", settings = {}): Promise<unknown> =>
  openHost({ plugins: [{ path, isolation }], pluginSettings: { crasher: settings } });

describe("an isolated native plugin that cannot start", { timeout: 60_000 }, () => {
  it("is refused on a thread, in one sentence", async () => {
    await assert.rejects(open(crashers.sharedLibrary("crasher"), "thread"), {
      code: "UNSUPPORTED",
      message: /crasher\.so: a thread protects from no native code; use the isolation "process"/,
    });
  });

  it("fails the host's start, as it would in the host's process", async () => {
    using workshop = new HostWorkshop();
    const words = workshop.write("words.so", "no library");
    await assert.rejects(open(words, "process"), {
      code: "PLUGIN_NOT_LOADED",
      message: /words\.so/,
    });
    const addon = workshop.write("words.node", "no addon");
    await assert.rejects(open(addon, "process"), { code: "PLUGIN_NOT_LOADED" });
    const stranger = workshop.addon("other-addon");
    await assert.rejects(open(stranger, "process"), { code: "NOT_A_PLUGIN" });
  });

  for (const [way, words] of [
    ["segv", /died of SIGSEGV/],
    ["abort", /died of SIGABRT/],
    ["exit", /the code 7/],
  ] as const) {
    it(`fails it, too, when it crashes before its start has returned (${way})`, async () => {
      const settings = { crashAtStart: way };
      const refused = open(crashers.sharedLibrary("crasher"), "process", settings);
      await assert.rejects(refused, { code: "PLUGIN_START_FAILED", message: words });
    });
  }
});
