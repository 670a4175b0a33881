import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { namedFiles, page, root } from "./documents.ts";

const progress = page("docs/progress.md");

/** Each block of TypeScript, with what stands below it as its output. */
const examples = [
  ...progress.text.matchAll(/^```ts\n(.*?)^```\n(?:\n```text\n(.*?)^```$)?/gms),
].map(([, code = "", output = ""]) => ({ code, output }));

const door = (file: string): string => JSON.stringify(pathToFileURL(join(root, file)).href);

describe("an example of docs/progress.md", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "baton-examples-"));
    for (const [name, code] of namedFiles(progress)) write(name, code);
  });
  after(() => rmSync(folder, { recursive: true }));

  it("is there", () => {
    assert.ok(examples.length >= 7);
    assert.ok(examples.filter(({ output }) => output !== "").length >= 6);
  });

  for (const [index, { code, output }] of examples.entries()) {
    it(`prints what stands below it: ${/new (\w+\("[^"]+")/.exec(code)?.[1] ?? index})`, () => {
      const file = write(`example-${index}.mts`, code);
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ["--no-warnings=ExperimentalWarning", file],
        { cwd: root, encoding: "utf8", timeout: 60_000 },
      );
      assert.equal(status, 0, stderr);
      assert.equal(stdout, output);
    });
  }

  /** In place of the package stands its source. Answers the path. */
  function write(name: string, code: string): string {
    const own = code
      .replaceAll('"baton-jobs/progress"', door("src/progress.ts"))
      .replaceAll('"baton-jobs"', door("src/index.ts"));
    writeFileSync(join(folder, name), own);
    return join(folder, name);
  }
});
