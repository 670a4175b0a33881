import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { Packed, fullPath, lockOfCheckout, urlOf, type Stranger } from "./support/packed.ts";

/** Set by continuous integration: what a developer may lack is then an error. */
const requirePeers = process.env["BATON_REQUIRE_PEERS"] === "1";

const hasCmake = spawnSync("cmake", ["--version"]).error === undefined;

const templates = [
  { template: "ts", needsCmake: false },
  { template: "c", needsCmake: false },
  { template: "cpp", needsCmake: true },
  { template: "addon", needsCmake: true },
];

/** The types of the package are real: where they were lost, this would be no error. */
const wrong = `import { StepResult } from "baton-jobs/sdk";
// @ts-expect-error: a code is a text
export const result = StepResult.failure(1, "");
`;

describe("a plugin made from the template", { timeout: 900_000 }, () => {
  let packed: Packed;
  let maker: Stranger;
  before(async () => {
    packed = await Packed.make();
    maker = await packed.stranger("maker", fullPath());
    await maker.install("--ignore-scripts", packed.tarball);
  });
  after(() => packed[Symbol.asyncDispose]());

  for (const { template, needsCmake } of templates) {
    it(
      `${template} builds, passes its own tests and serves`,
      { timeout: 300_000 },
      async (test) => {
        if (needsCmake && !hasCmake && !requirePeers) {
          test.skip("cmake is not installed (Debian: apt-get install cmake)");
          return;
        }
        const name = `my-${template}`;
        const spec = `file:${packed.tarball}`;
        const args = ["--template", template, "--baton", spec];
        await maker.run("npx", "--no-install", "baton", "new", name, ...args);
        const plugin = maker.within(name);
        await writeFile(plugin.file("package-lock.json"), await lockOfCheckout());
        await plugin.install();
        if (template === "ts") await writeFile(plugin.file("src/wrong.ts"), wrong);
        assert.match(await plugin.run("npm", "test"), /pass 3\n.*fail 0\n/s);
        await serves(plugin, name);
      },
    );
  }
});

/** `npm start`, and one job. */
async function serves(plugin: Stranger, name: string): Promise<void> {
  await writeFile(plugin.file("test.json"), '{ "HttpPort": 0, "SaveJobs": false }');
  const args = ["-s", "start", "--", "--config", "test.json"];
  const { folder: cwd, env } = plugin;
  // npm does not hand every signal on: the group of all it starts is told.
  const npm = spawn("npm", args, { cwd, env, stdio: ["ignore", "pipe", "ignore"], detached: true });
  const ended = once(npm, "close");
  try {
    const url = await urlOf(npm);
    const answer = await fetch(`${url}/${name}?steps=1`, { method: "POST" });
    assert.equal(answer.status, 201);
  } finally {
    process.kill(-(npm.pid ?? 0), "SIGTERM");
  }
  await ended;
}
