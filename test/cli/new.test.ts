import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { BatonProcess, testFolder } from "./baton-process.ts";

/** The exit code, and what was said. */
async function make(...args: readonly string[]): Promise<{ code: number | null; said: string }> {
  await using baton = new BatonProcess("new", ...args);
  const code = await baton.exit();
  return { code, said: [...baton.lines("stdout"), ...baton.lines("stderr")].join("\n") };
}

describe("baton new", () => {
  for (const template of ["ts", "c", "cpp", "addon"]) {
    it(`makes a folder of the template ${template} in which nothing is left to fill in`, async () => {
      await using folder = await testFolder();
      const made = join(folder.path, "made");
      const { code, said } = await make("my-plugin", "--template", template, "--directory", made);
      assert.equal(code, 0, said);
      assert.match(said, /^my-plugin is made\. Try it:\n  cd .*made\n  npm install\n  npm test/);
      const entries = await readdir(made, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile());
      for (const { parentPath, name } of files) {
        assert.doesNotMatch(await readFile(join(parentPath, name), "utf8"), /\{\{/, name);
      }
      const names = new Set(files.map(({ name }) => name));
      for (const name of [".gitignore", "README.md", "package.json"]) assert.ok(names.has(name));
      const manifest = JSON.parse(await readFile(join(made, "package.json"), "utf8")) as {
        readonly name: string;
        readonly dependencies: Readonly<Record<string, string>>;
      };
      assert.equal(manifest.name, "my-plugin");
      assert.match(manifest.dependencies["baton-jobs"] ?? "", /^\^\d+\.\d+\.\d+$/);
    });
  }

  it("names a tarball as seen from the new folder, and any other version as it is", async () => {
    await using folder = await testFolder();
    const tarball = await folder.write("baton.tgz", "");
    for (const [spec, expected] of [
      [tarball, "file:../baton.tgz"],
      [`file:${tarball}`, "file:../baton.tgz"],
      ["next", "next"],
    ] as const) {
      const made = join(folder.path, spec.replaceAll(/\W/g, ""));
      assert.equal((await make("a", "--directory", made, "--baton", spec)).code, 0);
      const manifest = await readFile(join(made, "package.json"), "utf8");
      assert.ok(manifest.includes(`"baton-jobs": "${expected}"`), manifest);
    }
  });

  const refusals: readonly (readonly [string, RegExp])[] = [
    ["My Plugin", /cannot be named "My Plugin": .*lower-case letter.*, such as "my-plugin"\.$/],
    ["9lives", /cannot be named "9lives": .*such as "lives"\.$/],
    ["../up", /cannot be named "\.\.\/up": .*such as "up"\.$/],
    ["-", /cannot be named "-": .*64 at most\.$/],
    ["x".repeat(65), /64 at most, such as "x{64}"\.$/],
    ["jobs", /cannot be named "jobs": that is a name of the host's; choose another\.$/],
  ];
  for (const [name, sentence] of refusals) {
    it(`refuses the name ${name.slice(0, 20)}, and makes nothing`, async () => {
      await using folder = await testFolder();
      const made = join(folder.path, "made");
      const { code, said } = await make("--directory", made, "--", name);
      assert.equal(code, 1);
      assert.match(said, sentence);
      assert.equal(existsSync(made), false);
    });
  }

  it("refuses a template there is not, and names the nearest", async () => {
    assert.match((await make("a", "--template", "cp")).said, /"cp"; did you mean "c(pp)?"\?$/);
    const { code, said } = await make("a", "--template", "python");
    assert.equal(code, 1);
    assert.equal(said, 'There is no template "python"; choose one of ts, c, cpp, addon.');
  });

  it("refuses a tarball that is not there, but not one of another machine", async () => {
    await using folder = await testFolder();
    const made = join(folder.path, "made");
    const { code, said } = await make("a", "--directory", made, "--baton", "nowhere/baton.tgz");
    assert.equal(code, 1);
    assert.match(said, /^There is no file .*nowhere.baton\.tgz, which --baton names\.$/);
    assert.equal(existsSync(made), false);
    const far = "https://example.org/baton.tgz";
    assert.equal((await make("a", "--directory", made, "--baton", far)).code, 0);
  });

  it("never overwrites: it refuses a folder with anything in it, and a file", async () => {
    await using folder = await testFolder();
    await folder.write("keep.txt", "kept");
    const full = await make("a", "--directory", folder.path);
    assert.equal(full.code, 1);
    assert.match(full.said, /is not empty, and nothing is overwritten; name another/);
    assert.deepEqual(await readdir(folder.path), ["keep.txt"]);
    const file = await make("a", "--directory", join(folder.path, "keep.txt"));
    assert.match(file.said, /keep\.txt cannot be used \(ENOTDIR\); name another/);
    assert.equal(await readFile(join(folder.path, "keep.txt"), "utf8"), "kept");
  });

  it("takes a folder that is there and empty", async () => {
    await using folder = await testFolder();
    const empty = join(folder.path, "empty");
    await mkdir(empty);
    assert.equal((await make("a", "--directory", empty)).code, 0);
  });
});
