// A temporary folder, and what the benchmarks' C and C++ files become in it.
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, parse } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Unable } from "./compare.ts";

const run = promisify(execFile);

export interface Scratch extends AsyncDisposable {
  readonly folder: string;
}

/** Removed when it is disposed of. */
export async function makeScratch(): Promise<Scratch> {
  const folder = await mkdtemp(join(tmpdir(), "baton-bench-"));
  return {
    folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Compiles bench/native/`source`, C99, and answers the path of the library. */
export async function buildPlugin({ folder }: Scratch, source: string): Promise<string> {
  const library = join(folder, `${parse(source).name}.so`);
  const include = fileURLToPath(new URL("include/", native));
  const how = ["-std=c99", "-O2", "-shared", "-fPIC", "-pthread", "-I", include];
  await compile("cc", [...how, "-o", library, sourceOf(source)]);
  return library;
}

/**
 * Compiles bench/native/`source`, C++17, with the sources of the native core that are named, and answers the
 * path of the executable.
 */
export async function buildProgram(
  { folder }: Scratch,
  source: string,
  ofCore: readonly string[] = [],
): Promise<string> {
  const executable = join(folder, parse(source).name);
  const core = fileURLToPath(new URL("src/core/", native));
  const sources = [sourceOf(source), ...ofCore.map((name) => join(core, name))];
  const how = ["-std=c++17", "-O2", "-pthread", "-I", core];
  await compile("g++", [...how, "-o", executable, ...sources]);
  return executable;
}

async function compile(compiler: string, parameters: readonly string[]): Promise<void> {
  try {
    await run(compiler, parameters);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Unable(`the benchmarks need the compilers cc and g++: ${why}`, { cause: error });
  }
}

const native = new URL("../../native/", import.meta.url);

const sourceOf = (name: string): string =>
  fileURLToPath(new URL(`../native/${name}`, import.meta.url));
