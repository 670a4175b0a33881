import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { SqliteStore } from "../../src/adapters/stores/sqlite/sqlite-store.ts";
import type { HostOptions } from "../../src/index.ts";
import { temporaryFolder } from "../adapters/stores/temporary-folder.ts";

const run = promisify(execFile);

/** Each module costs memory and time at every start; these bounds are some tenth above what there was. */
describe("what a host loads", () => {
  it("is nothing of others if nobody asks it for anything", async () => {
    await using folder = await temporaryFolder();
    const store = { kind: "sqlite", path: folder.file("jobs.db") } as const;
    const loaded = await loadedBy({ store });
    assert.deepEqual(packagesOf(loaded), []);
    assert.ok(loaded.length < 220, `${loaded.length} modules`);
  });

  it("are the figures only for whoever asks for them, and no second validator", async () => {
    const packages = packagesOf(await loadedBy({ http: { port: 0 } }));
    for (const needless of ["prom-client", "ajv"]) {
      assert.ok(!packages.includes(needless), needless);
    }
  });

  it("is on the store's thread what writes rows", async () => {
    await using folder = await temporaryFolder();
    const { promise, resolve } = Promise.withResolvers<readonly string[]>();
    await using store = new SqliteStore({
      path: folder.file("jobs.db"),
      durability: "process",
      startThread(file, workerData) {
        const thread = new Worker(support("loaded-modules.ts"), { workerData, argv: [file.href] });
        thread.on("message", ({ kind, loaded }) => kind === "loaded" && resolve(loaded));
        return thread;
      },
    });
    await store.open();
    const loaded = await promise;
    assert.deepEqual(packagesOf(loaded), []);
    assert.ok(loaded.length < 25, loaded.join("\n"));
  });
});

const support = (file: string): URL => new URL(`./support/${file}`, import.meta.url);

async function loadedBy(options: HostOptions): Promise<readonly string[]> {
  const program = fileURLToPath(support("host-that-says-what-it-loaded.ts"));
  const { stdout } = await run(process.execPath, [program, JSON.stringify(options)]);
  return JSON.parse(stdout);
}

/** The packages that files are of. */
function packagesOf(files: readonly string[]): readonly string[] {
  const names = files.map((file) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))];
}
