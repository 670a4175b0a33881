import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../e2e/support/temporary-folder.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const requirePeers = process.env["BATON_REQUIRE_PEERS"] === "1";
const hasCmake = spawnSync("cmake", ["--version"]).error === undefined;
const skip = hasCmake || requirePeers ? false : "there is no cmake here";

describe("a copy of hello-cpp outside of the checkout", { skip }, () => {
  it("finds the package in node_modules of the folder above, and is built", async () => {
    await using project = await projectWith("app/node_modules/baton-jobs");
    const { status, output } = configure(project.path);
    assert.equal(status, 0, output);
    const { status: built, output: said } = run("cmake", ["--build", buildOf(project.path)]);
    assert.equal(built, 0, said);
    const library = await readFile(join(buildOf(project.path), "Release/hello_cpp.so"));
    assert(library.includes("baton_plugin_query"));
  });

  it("finds it where baton_DIR or CMAKE_PREFIX_PATH says", async () => {
    for (const variable of ["baton_DIR", "CMAKE_PREFIX_PATH"]) {
      await using project = await projectWith("elsewhere");
      const cmake = join(project.path, "elsewhere/native/cmake");
      const { status, output } = configure(project.path, `-D${variable}=${cmake}`);
      assert.equal(status, 0, output);
    }
  });

  it("is told where it looked if there is none", async () => {
    await using project = await projectWith("elsewhere");
    const { status, output } = configure(project.path);
    assert.notEqual(status, 0);
    assert.match(output, /baton-config\.cmake/);
  });

  it("takes a header of a later minor, and none of an earlier one or of another major", async () => {
    for (const [asked, fits] of [
      ["1.0", true],
      ["1.2", false],
      ["2.0", false],
    ] as const) {
      await using project = await projectWith("app/node_modules/baton-jobs");
      // As if baton.h was of 1.1, whatever it is now.
      await edit(join(project.path, "app/node_modules/baton-jobs/native/include/baton.h"), [
        /(#define BATON_ABI_MINOR) \d+/,
        "$1 1",
      ]);
      await edit(join(project.path, "app/hello-cpp/CMakeLists.txt"), [
        /find_package\(baton [\d.]+/,
        `find_package(baton ${asked}`,
      ]);
      const { status, output } = configure(project.path);
      assert.equal(status === 0, fits, `${asked}: ${output}`);
    }
  });
});

/** A copy of the plugin in app/, and in `place` what npm installs of the package for it. */
async function projectWith(place: string): ReturnType<typeof temporaryFolder> {
  const project = await temporaryFolder();
  const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
    readonly files: readonly string[];
  };
  for (const folder of manifest.files.filter((name) => name.startsWith("native/")))
    await cp(join(root, folder), join(project.path, place, folder), { recursive: true });
  const plugin = join(project.path, "app/hello-cpp");
  await mkdir(plugin, { recursive: true });
  for (const part of ["CMakeLists.txt", "src"])
    await cp(join(root, "plugins/hello-cpp", part), join(plugin, part), { recursive: true });
  return project;
}

const buildOf = (project: string): string => join(project, "app/hello-cpp/build");

function configure(project: string, ...more: string[]): { status: number | null; output: string } {
  return run("cmake", ["-S", join(project, "app/hello-cpp"), "-B", buildOf(project), ...more]);
}

function run(command: string, words: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(command, words, { encoding: "utf8" });
  return { status, output: `${stdout}${stderr}` };
}

async function edit(file: string, [what, into]: [RegExp, string]): Promise<void> {
  const text = await readFile(file, "utf8");
  assert.match(text, what);
  await writeFile(file, text.replace(what, into));
}
