import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The C compiler of the tests' plugins. */
const compiler: string = process.env["BATON_TEST_CC"] ?? "cc";

/** What a checker of memory or of threads wants every plugin to be compiled with. */
const checkerFlags: readonly string[] = (process.env["BATON_TEST_CFLAGS"] ?? "")
  .split(" ")
  .filter((flag) => flag !== "");

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** Makes a library, or an addon, of one file of C99 that may include baton.h; answers where it is. */
export function compileLibrary(source: string, file: string, flags: readonly string[]): string {
  const always = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-g", "-pthread", "-fPIC"];
  const kind = process.platform === "darwin" ? "-bundle" : "-shared";
  const include = `-I${path("../../../native/include")}`;
  const all = [...always, ...checkerFlags, include, ...flags, kind, "-o", file, source];
  // A sanitizer that is preloaded into this process is none of the compiler's business.
  const env = { ...process.env, LD_PRELOAD: "" };
  const run = spawnSync(compiler, all, { encoding: "utf8", env });
  assert.equal(run.status, 0, run.stderr);
  return file;
}

/** Compiles C files of this folder into a folder of its own; `remove` deletes that again. */
export class Workshop {
  readonly folder: string = mkdtempSync(join(tmpdir(), "baton-binding-"));

  compile(source: string, output: string, flags: readonly string[] = []): string {
    return compileLibrary(path(source), join(this.folder, output), flags);
  }

  /** The plugin of probe.c. */
  probe(output = "probe.so"): string {
    return this.compile("probe.c", output, ["-DPROBE_ABI_OFFSET=0"]);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
