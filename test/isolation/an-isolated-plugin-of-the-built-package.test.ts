import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { cp, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { HostWorkshop } from "../native/support/host-workshop.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const run = promisify(execFile);

/** In plain JavaScript, as somebody's who has only the package. */
const plugin = `export const plugin = {
  name: "plain",
  version: "1.0.0",
  start(host) {
    let left = 3;
    const job = host.createJob({
      type: "plain",
      payload: null,
      step: async () => {
        await new Promise((resolve) => setTimeout(resolve, 100));
        return { kind: (left -= 1) > 0 ? "continue" : "success" };
      },
    });
    host.submitJob(job);
    setInterval(() => undefined, 1_000);
  },
};
`;

/** Nothing but the job keeps this process from its end: no server, no timer, and nobody closes it. */
const script = (isolation: string, path = "./plugin.js"): string => `
import { openHost } from "./dist/index.js";
const host = await openHost({
  plugins: [{ path: "${path}", isolation: "${isolation}" }],
  observer: (event) => {
    if (event.kind === "changed") console.log(event.job.state);
  },
});
process.on("exit", () => console.log("done"));
`;

describe("an isolated plugin of the built package", { timeout: 120_000 }, () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "baton-isolated-build-"));
    await symlink(join(root, "node_modules"), join(folder, "node_modules"));
    await cp(join(root, "package.json"), join(folder, "package.json"));
    await writeFile(join(folder, "plugin.js"), plugin);
    const manifest = createRequire(import.meta.url).resolve("typescript/package.json");
    const compiler = join(dirname(manifest), "bin/tsc");
    const outDir = join(folder, "dist");
    await run(process.execPath, [compiler, "-p", join(root, "tsconfig.json"), "--outDir", outDir]);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const isolation of ["thread", "process"]) {
    it(`runs in a ${isolation}, and keeps its host alive no longer than its jobs run`, () => {
      const args = ["--input-type=module", "-e", script(isolation)];
      const ran = spawnSync(process.execPath, args, {
        cwd: folder,
        encoding: "utf8",
        timeout: 30_000,
      });
      assert.equal(`${ran.status} ${ran.stdout}${ran.stderr}`, "0 running\nsucceeded\ndone\n");
    });
  }

  it("runs in a process of its own if it is native, and keeps its host alive no longer", () => {
    using workshop = new HostWorkshop();
    const path = workshop.sharedLibrary("nested");
    const args = ["--input-type=module", "-e", script("process", path)];
    const ran = spawnSync(process.execPath, args, {
      cwd: folder,
      encoding: "utf8",
      timeout: 30_000,
      env: { ...process.env, BATON_HOST_ADDON: join(root, "build/Release/baton_host.node") },
    });
    const lines = ran.stdout.split("\n").slice(0, -1);
    assert.equal(`${ran.status} ${ran.stderr}`, "0 ");
    assert.deepEqual(lines.toSorted(), [
      "done",
      ...Array.from({ length: 6 }, () => "running"),
      ...Array.from({ length: 6 }, () => "succeeded"),
    ]);
    assert.equal(lines.at(-1), "done");
  });
});
