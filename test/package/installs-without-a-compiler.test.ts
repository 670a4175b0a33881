import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { Packed, fullPath, urlOf, type Stranger } from "./support/packed.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const platform = `${process.platform}-${process.arch}`;

const app = `
import { Job, StepResult, openHost } from "baton-jobs";
class Greeting extends Job {
  readonly type = "greeting";
  step(): StepResult { return StepResult.success; }
}
const host = await openHost({ plugins: process.argv.slice(2) });
console.log((await host.submitAndWait(new Greeting())).state, host.plugins.length);
await host.close();
`;

describe("the package, installed where no compiler is", { timeout: 600_000 }, () => {
  let packed: Packed;
  let stranger: Stranger;
  before(async () => {
    packed = await Packed.make();
    stranger = await packed.stranger("app");
    await stranger.install("--ignore-scripts", packed.tarball);
    await writeFile(stranger.file("app.ts"), app);
    compilePlugin(stranger.file("hello.so"));
  });
  after(() => packed[Symbol.asyncDispose]());

  it("is really where no compiler is", async () => {
    for (const tool of ["cc", "c++", "gcc", "clang", "make", "cmake", "python3"]) {
      assert.notEqual((await stranger.attempt(tool, "--version")).code, 0, tool);
    }
  });

  it("says its version, and what it exports for build files", async () => {
    const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
      version: string;
    };
    assert.equal(await stranger.run("npx", "--no-install", "baton", "--version"), `${version}\n`);
    const asked = await stranger.run("node", "-p", "require('baton-jobs/native').include");
    assert.match(await readFile(join(asked.trim(), "baton.h"), "utf8"), /BATON_ABI_MAJOR/);
  });

  it("runs a job in TypeScript, and a library beside it", async () => {
    assert.equal(await stranger.run("node", "app.ts"), "succeeded 0\n");
    assert.equal(await stranger.run("node", "app.ts", "hello.so"), "succeeded 1\n");
  });

  it("serves a library that is named on the command line", async () => {
    await writeFile(stranger.file("baton.json"), '{ "HttpPort": 0, "SaveJobs": false }');
    const args = ["serve", "--config", "baton.json", "--plugin", "hello.so"];
    const { folder: cwd, env } = stranger;
    const host = spawn(join(cwd, "node_modules/.bin/baton"), args, {
      cwd,
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(host, "close");
    try {
      const url = await urlOf(host);
      const answer = await fetch(`${url}/myapp-c/hello?delayMs=1&steps=2`);
      assert.match(await answer.text(), /"ID"/);
      const page = await (await fetch(url)).text();
      const [script = "none"] = /assets\/[\w-]+\.js/.exec(page) ?? [];
      assert.equal((await fetch(`${url}/${script}`)).status, 200, "there is no dashboard");
    } finally {
      host.kill("SIGTERM");
    }
    assert.deepEqual(await ended, [0, null]);
  });

  it("installs with install scripts allowed, too", async () => {
    const other = await packed.stranger("with-scripts");
    await other.install(packed.tarball);
    await writeFile(other.file("app.ts"), app);
    await writeFile(other.file("hello.so"), await readFile(stranger.file("hello.so")));
    assert.equal(await other.run("node", "app.ts", "hello.so"), "succeeded 1\n");
  });

  describe("on a platform that nothing is prebuilt for", () => {
    before(async () => {
      const prebuilds = stranger.file("node_modules/baton-jobs/prebuilds");
      await rename(join(prebuilds, platform), join(prebuilds, "plan9-mips"));
    });

    it("runs jobs in TypeScript, and refuses a library in one sentence", async () => {
      assert.equal(await stranger.run("node", "app.ts"), "succeeded 0\n");
      const { code, output } = await stranger.attempt(
        "npx",
        "--no-install",
        "baton",
        "serve",
        "--plugin",
        "hello.so",
      );
      assert.equal(code, 1);
      assert.match(output, /^[^\n]*there is none at [^\n]*npx baton build-host[^\n]*\n$/);
      assert.ok(output.includes(`prebuilds/${platform}/baton_host.node`), output);
    });

    it("says what the build of the addon needs", async () => {
      const { code, output } = await stranger.attempt("npx", "--no-install", "baton", "build-host");
      assert.equal(code, 1);
      assert.match(output, /It needs python3, make and a C\+\+17 compiler/);
    });

    it(
      "builds the addon with a compiler, out of what the package brings",
      { timeout: 400_000 },
      async (test) => {
        if (process.env["BATON_REQUIRE_PEERS"] !== "1") {
          test.skip("it takes half a minute: BATON_REQUIRE_PEERS=1 does it");
          return;
        }
        const builder = await packed.stranger("builder", fullPath());
        await builder.install("--ignore-scripts", packed.tarball);
        await rm(builder.file(`node_modules/baton-jobs/prebuilds`), { recursive: true });
        await builder.run("npx", "--no-install", "baton", "build-host");
        await writeFile(builder.file("app.ts"), app);
        assert.equal(
          await builder.run("node", "app.ts", stranger.file("hello.so")),
          "succeeded 1\n",
        );
      },
    );
  });
});

/** With the compiler of whoever runs the tests. */
function compilePlugin(output: string): void {
  const flags = ["-std=c99", "-shared", "-fPIC", "-I", join(root, "native/include")];
  const source = join(root, "plugins/hello-c/src/hello.c");
  const { status, stderr } = spawnSync("cc", [...flags, "-o", output, source], {
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
}
