import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The C compiler of the tests' plugins. */
export const compiler: string = process.env["BATON_TEST_CC"] ?? "cc";

/** What a checker of memory or of threads wants every plugin to be compiled with. */
export const checkerFlags: readonly string[] = (process.env["BATON_TEST_CFLAGS"] ?? "")
  .split(" ")
  .filter((flag) => flag !== "");

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** Compiles C files of this folder into a folder of its own; `remove` deletes that again. */
export class Workshop {
  readonly folder: string = mkdtempSync(join(tmpdir(), "baton-binding-"));

  compile(source: string, output: string, flags: readonly string[] = []): string {
    const file = join(this.folder, output);
    const always = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-g", "-shared", "-fPIC"];
    const all = [...always, ...checkerFlags];
    const include = `-I${path("../../../native/include")}`;
    const run = spawnSync(compiler, [...all, include, ...flags, "-o", file, path(source)], {
      encoding: "utf8",
      // A sanitizer that is preloaded into this process is none of the compiler's business.
      env: { ...process.env, LD_PRELOAD: "" },
    });
    assert.equal(run.status, 0, run.stderr);
    return file;
  }

  /** The plugin of probe.c. */
  probe(output = "probe.so"): string {
    return this.compile("probe.c", output, ["-DPROBE_ABI_OFFSET=0"]);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
