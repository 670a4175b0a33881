import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { openHost, type HostOptions } from "../../src/index.ts";
import { HurriedHost } from "./support/hurried-host.ts";

const supportFile = (name: string): string =>
  fileURLToPath(new URL(`support/${name}.ts`, import.meta.url));

const open = (plugins: HostOptions["plugins"], settings = {}): Promise<unknown> =>
  openHost({ plugins: plugins ?? [], pluginSettings: settings });

describe("an isolated plugin that cannot start", { timeout: 60_000 }, () => {
  for (const isolation of ["thread", "process"] as const) {
    it(`fails the host's start as it would without isolation, in a ${isolation}`, async () => {
      const broken = { path: supportFile("broken-module"), isolation };
      await assert.rejects(open([broken]), {
        code: "PLUGIN_NOT_LOADED",
        message: /broken-module\.ts: this module does not load/,
      });
      await assert.rejects(open([{ path: supportFile("hurried-host"), isolation }]), {
        code: "NOT_A_PLUGIN",
      });
      const dying = { path: supportFile("dies-when-loaded"), isolation };
      await assert.rejects(open([dying]), { code: "PLUGIN_NOT_LOADED", message: /the code 9/ });

      const crasher = { path: supportFile("crasher"), isolation };
      const settings = { crasher: { crashAtStart: "exit" } };
      await assert.rejects(open([crasher], settings), {
        code: "PLUGIN_START_FAILED",
        message: /plugin "crasher": .* the code 7/,
      });
      await assert.rejects(open([crasher, crasher]), { code: "NAME_TAKEN" });
      await assert.rejects(open([crasher, broken]), { code: "PLUGIN_NOT_LOADED" });
    });

    it(`is tried again when it cannot after a crash, in a ${isolation}`, async () => {
      const folder = await mkdtemp(join(tmpdir(), "baton-isolation-"));
      try {
        const file = join(folder, "plugin.ts");
        const good = `export { plugin } from ${JSON.stringify(supportFile("crasher"))};\n`;
        await writeFile(file, good);
        await using host = new HurriedHost();
        await host.add(file, { kind: isolation });
        await host.begin();
        await writeFile(file, "throw new Error('half of an update');\n");
        const ways = { kind: "crash", ways: ["exit"], maxAttempts: 2 };
        const id = await host.submit("crasher", ways);
        await host.logged("could not be started again", 3);
        const { state, waitsForType } = host.engine.jobInfo(id);
        assert.deepEqual([state, waitsForType], ["pending", true]);
        await writeFile(file, good);
        assert.equal((await host.until(id, (job) => job.state === "succeeded")).attempts, 1);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
  }

  it("is refused if its options are none", async () => {
    const path = supportFile("crasher");
    const refused = [
      { path, isolation: "fork" },
      { path, isolated: true },
      { path: 7 },
      { path, heapLimitMb: -1, isolation: "thread" },
      { path, heapLimitMb: 64 },
    ];
    for (const entry of refused) {
      await assert.rejects(open([entry as never]), { code: "CONFIG_INVALID" });
    }
  });
});
