import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { after, before, describe, it, type TestContext } from "node:test";
import { pathToFileURL } from "node:url";
import { openPluginHost } from "../../src/testing/index.ts";
import { codeBlocks, namedFiles, page, root } from "./documents.ts";

const tutorial = page("docs/writing-a-native-plugin.md");

/** The commands of the page, one a line. */
const commands = codeBlocks(tutorial, "sh").flatMap((block) =>
  block.replaceAll("\\\n", " ").split("\n"),
);

describe("docs/writing-a-native-plugin.md, followed to the letter", { timeout: 300_000 }, () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "baton-tutorial-"));
    for (const [name, text] of namedFiles(tutorial)) writeFileSync(join(folder, name), text);
    installPackage(join(folder, "node_modules/baton-jobs"));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Runs the first command of the page that contains a text; answers what it wrote. */
  function run(part: string): string {
    const command = commands.find((line) => line.includes(part));
    assert.ok(command !== undefined, `the page has no command with ${part}`);
    // Not the whole environment: what says that a test runs would make the inner one do nothing.
    const path = [dirname(process.execPath), process.env["PATH"]].join(delimiter);
    const env = { PATH: path, HOME: folder };
    const { status, stdout, stderr } = spawnSync(command, {
      cwd: folder,
      env,
      shell: true,
      encoding: "utf8",
    });
    assert.equal(status, 0, `${command}\n${stdout}${stderr}`);
    return stdout;
  }

  it("builds the smallest plugin, whose job runs", async (test) => {
    if (!has("cc", test)) return;
    run("-o first.so");
    await using harness = await openPluginHost(join(folder, "first.so"));
    const job = await harness.next("finished");
    assert.deepEqual([job.type, job.state], ["first.count", "succeeded"]);
    const lines = harness.events.filter((event) => event.kind === "logged");
    assert.equal(lines.length, 3);
  });

  it("builds the one in C, which its test finds good", (test) => {
    if (!has("cc", test)) return;
    run("-o counter.so");
    assert.match(run("node --test counter.test.mjs"), /pass 5\n/);
  });

  it("builds the one in C++, which the same test finds good", (test) => {
    if (!has("cmake", test)) return;
    run("cmake -S . -B build && cmake --build build");
    assert.match(run("PLUGIN=build/Release/counter.so"), /pass 5\n/);
  });

  it("has an addon that compiles", (test) => {
    const compiler = process.env["CXX"] ?? "c++";
    if (!has(compiler, test)) return;
    const includes = ["node-addon-api", "node-api-headers/include"];
    const { status, stderr } = spawnSync(
      compiler,
      [
        ..."-std=c++17 -pedantic -Wall -Wextra -Werror -fsyntax-only -DNAPI_VERSION=9".split(" "),
        ..."-DNODE_ADDON_API_CPP_EXCEPTIONS -DNODE_ADDON_API_CPP_EXCEPTIONS_ALL".split(" "),
        `-I${join(root, "native/include")}`,
        ...includes.map((name) => `-isystem${join(root, "node_modules", name)}`),
        "addon.cc",
      ],
      { cwd: folder, encoding: "utf8" },
    );
    assert.equal(status, 0, stderr);
  });
});

/** What `npm install` would put there, made of the sources. */
function installPackage(place: string): void {
  mkdirSync(place, { recursive: true });
  symlinkSync(join(root, "native"), join(place, "native"));
  const exports = { "./testing": "./testing.js", "./native": "./native.js" };
  writeFileSync(join(place, "package.json"), JSON.stringify({ type: "module", exports }));
  for (const [name, source] of [
    ["testing.js", "src/testing/index.ts"],
    ["native.js", "src/native.ts"],
  ] as const) {
    const url = pathToFileURL(join(root, source)).href;
    writeFileSync(join(place, name), `export * from ${JSON.stringify(url)};\n`);
  }
}

/** Whether a program is there. Without it the test is left out, and says so. */
function has(program: string, test: TestContext): boolean {
  const isThere = spawnSync(program, ["--version"]).error === undefined;
  assert.ok(isThere || process.env["BATON_REQUIRE_PEERS"] !== "1", `there is no ${program}`);
  if (!isThere) test.skip(`there is no program ${program}`);
  return isThere;
}
