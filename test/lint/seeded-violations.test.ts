import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { fixtureTree } from "./fixture-tree.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

interface Report {
  readonly diagnostics: readonly {
    readonly filename: string;
    readonly code: string;
    readonly labels: readonly { readonly span: { readonly line: number } }[];
  }[];
}

/** Patterns are resolved against the folder of the configuration, so it is copied into the tree. */
async function plantTree(tree: string): Promise<void> {
  await copyFile(join(root, ".oxlintrc.json"), join(tree, ".oxlintrc.json"));
  await Promise.all(
    fixtureTree.map(async ({ file, code }) => {
      await mkdir(dirname(join(tree, file)), { recursive: true });
      await writeFile(join(tree, file), code);
    }),
  );
}

/** What the linter reports in the tree, as sorted "file:line rule" texts. */
function lint(tree: string): string[] {
  const oxlint = join(root, "node_modules/oxlint/bin/oxlint");
  const run = spawnSync(process.execPath, [oxlint, "--format=json"], {
    cwd: tree,
    encoding: "utf8",
  });
  assert.equal(run.status, 1, run.stdout + run.stderr);
  const report = JSON.parse(run.stdout) as Report;
  const lines = report.diagnostics.map(({ filename, code, labels }) => {
    const line = labels[0]?.span.line;
    return `${filename.replaceAll("\\", "/")}:${line} ${code}`;
  });
  // An import may offend two patterns of one rule.
  return [...new Set(lines)].toSorted();
}

describe("the folder rules", () => {
  let tree = "";
  before(async () => {
    tree = await mkdtemp(join(tmpdir(), "baton-lint-"));
    await plantTree(tree);
  });
  after(() => rm(tree, { recursive: true }));

  it("report every seeded violation and nothing else", () => {
    const expected = fixtureTree.flatMap(({ file, breaks }) =>
      breaks.map((rule, index) => `${file}:${index + 1} ${rule}`),
    );
    assert.deepEqual(lint(tree), expected.toSorted());
  });

  it("are seeded in files of different names", () => {
    const files = fixtureTree.map(({ file }) => file);
    assert.deepEqual(files, [...new Set(files)]);
  });

  it("name every folder of src", async () => {
    const config = await readFile(join(root, ".oxlintrc.json"), "utf8");
    const entries = await readdir(join(root, "src"), { withFileTypes: true });
    const unnamed = entries
      .filter((entry) => entry.isDirectory() && !config.includes(`"src/${entry.name}/**"`))
      .map(({ name }) => name);
    assert.deepEqual(unnamed, []);
  });
});
