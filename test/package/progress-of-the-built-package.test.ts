import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../../", import.meta.url));
const run = promisify(execFile);

/** In plain JavaScript, as somebody's who has only the package. */
const script = `
import { Aggregator, Task, WorkerPool, showProgress } from "baton-jobs/progress";
await using pool = new WorkerPool({ threads: 1 });
const all = new Aggregator("All", { concurrency: "sequential" });
all.add(new Task("Here", () => undefined));
const there = all.add(new Task("There", new URL("./work.js", import.meta.url), { worker: pool, data: 6 }));
const shown = showProgress(all, { screen: { write: (text) => process.stdout.write(text) } });
await all.run();
await shown;
console.log(await there.run());
`;
const work = `
export const work = (control, data) => {
  control.log("info", "on a thread");
  return data * 7;
};
`;

describe("baton-jobs/progress of the built package", { timeout: 120_000 }, () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "baton-progress-build-"));
    await symlink(join(root, "node_modules"), join(folder, "node_modules"));
    await cp(join(root, "package.json"), join(folder, "package.json"));
    await writeFile(join(folder, "script.js"), script);
    await writeFile(join(folder, "work.js"), work);
    const manifest = createRequire(import.meta.url).resolve("typescript/package.json");
    const compiler = join(dirname(manifest), "bin/tsc");
    const outDir = join(folder, "dist");
    await run(process.execPath, [compiler, "-p", join(root, "tsconfig.json"), "--outDir", outDir]);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("does tasks here and on a thread, shows them, and keeps no process alive", async () => {
    const { stdout, stderr } = await run(process.execPath, ["script.js"], { cwd: folder });
    const lines = stdout.replaceAll(/ in \d:\d\d/g, "").split("\n");
    assert.deepEqual(lines.slice(-4), ["All › There: finished", "All: finished", "42", ""]);
    assert.ok(lines.includes("All › There: on a thread"), stdout);
    assert.equal(stderr, "");
  });
});
