import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { page, root } from "./documents.ts";

/** Each block of TypeScript, with what stands below it as its output. */
const examples = [
  ...page("docs/progress.md").text.matchAll(/^```ts\n(.*?)^```\n(?:\n```text\n(.*?)^```$)?/gms),
].map(([, code = "", output = ""]) => ({ code, output }));

describe("an example of docs/progress.md", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "baton-examples-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("is there", () => {
    assert.ok(examples.length >= 7);
    assert.ok(examples.filter(({ output }) => output !== "").length >= 6);
  });

  for (const [index, { code, output }] of examples.entries()) {
    it(`prints what stands below it: ${/new (\w+\("[^"]+")/.exec(code)?.[1] ?? index})`, () => {
      const file = join(folder, `example-${index}.mts`);
      const door = pathToFileURL(join(root, "src/progress.ts")).href;
      writeFileSync(file, code.replaceAll('"baton-jobs/progress"', JSON.stringify(door)));
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ["--import", "tsx", "--no-warnings=ExperimentalWarning", file],
        { cwd: root, encoding: "utf8", timeout: 60_000 },
      );
      assert.equal(status, 0, stderr);
      assert.equal(stdout, output);
    });
  }
});
