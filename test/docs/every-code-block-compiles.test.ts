import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, parse } from "node:path";
import { after, before, describe, it } from "node:test";
import { codeBlocks, pages, root, type Page } from "./documents.ts";

describe("every code block of the documentation compiles", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "baton-docs-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("as TypeScript, against the doors", () => {
    assert(extract(folder, "ts") > 0);
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(typescriptProject()));
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const { stdout } = spawnSync(process.execPath, [tsc, "-p", folder], {
      cwd: root,
      encoding: "utf8",
    });
    assert.deepEqual(stdout.split("\n").filter(isOfDocumentation), []);
  });

  it("as C99, against the header", (test) => {
    assert(extract(folder, "c") > 0);
    const strict = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-fsyntax-only"];
    const include = join(root, "native/include");
    const { error, status, stderr } = spawnSync(
      process.env["CC"] ?? "cc",
      [...strict, `-I${include}`, ...sources],
      {
        cwd: folder,
        encoding: "utf8",
      },
    );
    if (error !== undefined && process.env["BATON_REQUIRE_PEERS"] !== "1") {
      test.skip("there is no C compiler named cc, and CC names none");
      return;
    }
    assert.equal(status, 0, stderr);
  });

  it("as C++17, against the header over it", (test) => {
    assert(extract(folder, "cpp") > 0);
    const strict = ["-std=c++17", "-pedantic", "-Wall", "-Wextra", "-Werror", "-fsyntax-only"];
    const include = join(root, "native/include");
    const { error, status, stderr } = spawnSync(
      process.env["CXX"] ?? "c++",
      [...strict, `-I${include}`, ...sources],
      { cwd: folder, encoding: "utf8" },
    );
    if (error !== undefined && process.env["BATON_REQUIRE_PEERS"] !== "1") {
      test.skip("there is no C++ compiler named c++, and CXX names none");
      return;
    }
    assert.equal(status, 0, stderr);
  });

  const sources: string[] = [];

  /** Writes each block into a file named after its page; answers how many. */
  function extract(into: string, language: "ts" | "c" | "cpp"): number {
    sources.length = 0;
    for (const page of pages()) {
      for (const [index, code] of codeBlocks(page, language).entries()) {
        const name = `${nameOf(page)}-${index + 1}.${language}`;
        writeFileSync(join(into, name), code);
        sources.push(name);
      }
    }
    return sources.length;
  }
});

/** Errors of the sources themselves are the matter of `npm run typecheck`. */
const isOfDocumentation = (line: string): boolean =>
  line.includes("error TS") && !line.startsWith("src/");

const nameOf = (page: Page): string => page.path.replaceAll(/[/\\]/g, "-").replace(/\.md$/, "");

/** The project's own strictness, but an example may declare what it does not use. */
function typescriptProject(): object {
  return {
    extends: join(root, "tsconfig.check.json"),
    compilerOptions: {
      rootDir: parse(root).root,
      typeRoots: [join(root, "node_modules/@types")],
      noUnusedLocals: false,
      noUnusedParameters: false,
      paths: {
        "baton-jobs": [join(root, "src/index.ts")],
        "baton-jobs/sdk": [join(root, "src/sdk.ts")],
        "baton-jobs/testing": [join(root, "src/testing/index.ts")],
        "baton-jobs/progress": [join(root, "src/progress.ts")],
        "baton-jobs/native": [join(root, "src/native.ts")],
      },
    },
    include: ["*.ts"],
  };
}
