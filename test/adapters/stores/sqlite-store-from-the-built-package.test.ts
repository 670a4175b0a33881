import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { moduleUrl, runScript } from "./script.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const run = promisify(execFile);

describe("the SQLite store of the built package", () => {
  it("starts its thread", async () => {
    await using folder = await temporaryFolder();
    await build(folder.path);
    const built = pathToFileURL(folder.file("dist/adapters/stores/sqlite/sqlite-store.js")).href;
    const { code, output, complaints } = await runScript(
      `import { SqliteStore } from ${JSON.stringify(built)};
       import { newJob } from ${moduleUrl("test/adapters/stores/sample-job.ts")};
       const options = { path: ${JSON.stringify(folder.file("jobs.db"))}, durability: "full" };
       const store = new SqliteStore(options);
       await store.open();
       await store.add(newJob(1)).committed;
       await store.close();
       const again = new SqliteStore(options);
       console.log((await again.open()).length);
       await again.close();`,
    );
    assert.deepEqual({ code, output, complaints }, { code: 0, output: "1\n", complaints: "" });
  });
});

/** Compiles the store, and what it imports, as `npm run build` does. */
async function build(folder: string): Promise<void> {
  await Promise.all([
    symlink(join(root, "node_modules"), join(folder, "node_modules")),
    writeFile(join(folder, "package.json"), '{ "type": "module" }'),
    writeFile(
      join(folder, "tsconfig.json"),
      JSON.stringify({
        extends: join(root, "tsconfig.json"),
        compilerOptions: { rootDir: join(root, "src"), outDir: "dist" },
        // Nobody imports the thread's file, as it is the entry of a worker.
        files: ["sqlite-store", "store-thread"].map((name) =>
          join(root, `src/adapters/stores/sqlite/${name}.ts`),
        ),
        include: [],
        exclude: [],
      }),
    ),
  ]);
  const manifest = createRequire(import.meta.url).resolve("typescript/package.json");
  await run(process.execPath, [join(dirname(manifest), "bin/tsc"), "-p", folder]);
}
