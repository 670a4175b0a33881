// What is asked of baton.h as a text: it compiles alone in each language it is for, and so does the
// plugin that its first comment shows; its comments are the matter of test/docs. And what clang says
// of the core's mutexes.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  absent,
  cc,
  cxx,
  include,
  includes,
  librarySources,
  report,
  root,
  run,
  together,
  warnings,
} from "./toolchain.mjs";

/** The header alone in each language it is for, and the plugin that its first comment shows. */
export async function testHeader() {
  const folder = join(root, "build-native/header");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "alone.c"), '#include "baton.h"\n');
  const text = readFileSync(join(include, "baton.h"), "utf8");
  const shown = text.slice(
    text.indexOf(" *   #include <stdlib.h>"),
    text.indexOf(" * CONVENTIONS"),
  );
  writeFileSync(
    join(folder, "hello.c"),
    shown.replaceAll(/^ \*( {3})?/gm, "").replaceAll(/\/\/.*/g, ""),
  );
  const strict = [...warnings, "-pedantic", `-I${include}`, "-fsyntax-only"];
  const cases = [
    { name: "c99", compiler: cc, flags: ["-std=c99"], file: "alone.c" },
    { name: "c11", compiler: cc, flags: ["-std=c11"], file: "alone.c" },
    { name: "c17", compiler: cc, flags: ["-std=c17"], file: "alone.c" },
    { name: "c++17", compiler: cxx, flags: ["-std=c++17", "-x", "c++"], file: "alone.c" },
    { name: "example", compiler: cc, flags: ["-std=c99"], file: "hello.c" },
  ];
  for (const { name, compiler, flags, file } of cases) {
    const { code, output } = await run(compiler, [...strict, ...flags, join(folder, file)]);
    report(code === 0, "header", name, code === 0 ? "compiles strictly" : output);
  }
}

/** clang, where there is one, checks which mutex guards what. */
export async function testThreadSafety() {
  const clang = ["clang++", "clang++-19", "clang++-14"].find(
    (name) => spawnSync(name, ["--version"]).status === 0,
  );
  if (clang === undefined) return absent("clang", "thread-safety", "there is no clang++ here");
  const bad = [];
  const args = ["-std=c++17", ...warnings, "-Wthread-safety", ...includes, "-fsyntax-only"];
  await together(
    librarySources.map((source) => async () => {
      const { code, output } = await run(clang, [...args, source]);
      if (code !== 0) bad.push(output);
    }),
  );
  report(
    bad.length === 0,
    "clang",
    "thread-safety",
    bad.length === 0 ? "-Wthread-safety -Werror" : bad.join("\n"),
  );
}
