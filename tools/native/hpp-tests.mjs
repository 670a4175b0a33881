// What a compiler alone can say of baton.hpp: it is strict C++17 and C++20, with and without run-time
// types and exceptions, in two files of one library; and so is the plugin that its first comment shows.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cxx, include, report, root, run, together } from "./toolchain.mjs";

/** What a plugin author may have switched on. */
const strict =
  "-Wall -Wextra -pedantic -Werror -Wshadow -Wconversion -Wold-style-cast -Wnon-virtual-dtor".split(
    " ",
  );

const ways = [
  ["-std=c++17"],
  ["-std=c++20"],
  ["-std=c++17", "-fno-rtti"],
  ["-std=c++17", "-fno-rtti", "-fno-exceptions"],
];

/** A class of each kind that must not compile, and what the compiler must say. */
const mistakes = [
  {
    name: "a base instead of the class",
    code: "void f(baton::Host h, std::unique_ptr<baton::Job> job) { (void)h.submit(std::move(job)); }",
    says: /hand over the class itself/,
  },
  {
    name: "a job without a type",
    code: "struct J : baton::Job { baton::Step step(baton::Run&) override { return baton::Step::again(); } };\nvoid f(baton::Host h) { (void)h.submit(std::make_unique<J>()); }",
    says: /a job class has: static constexpr char kType/,
  },
  {
    name: "a handler that several threads would change",
    code: 'void f(baton::Host h) { int n = 0; h.register_route("GET", "/", [n](const baton::Request&, baton::Response&) mutable { n++; }); }',
    says: /a handler is called as const/,
  },
];

/** baton.hpp as a text. */
export async function testHpp() {
  const output = join(root, "build-native/hpp");
  mkdirSync(output, { recursive: true });
  const source = (name, code) => {
    writeFileSync(join(output, name), code);
    return join(output, name);
  };
  const header = '#include "baton.hpp"\n';
  const example = source("hello.cc", exampleOf(join(include, "baton.hpp")));
  const second = source(
    "second.cc",
    `${header}baton::Step again() { return baton::Step::again(); }\n`,
  );
  const compilers = [cxx, ...clangIfThere()];
  const libraryOf = (compiler, number) =>
    join(output, `two-${compiler.replaceAll("/", "-")}-${number}.so`);
  const cases = compilers.flatMap((compiler) =>
    ways.map((way, number) => ({ compiler, way, number })),
  );
  await together(
    cases.map(({ compiler, way, number }) => async () => {
      const args = [...strict, ...way, `-I${include}`, "-fPIC", "-shared", example, second];
      const { code, output: said } = await run(compiler, [
        ...args,
        "-o",
        libraryOf(compiler, number),
      ]);
      const name = `${compiler} ${way.join(" ").replaceAll("-std=", "")}`;
      report(code === 0, "hpp", name, code === 0 ? "compiles strictly, two files link" : said);
    }),
  );
  for (const compiler of compilers)
    await testSymbols(compiler, libraryOf(compiler, ways.length - 1));
  await together(
    mistakes.map(({ name, code, says }, number) => async () => {
      const file = source(`mistake-${number}.cc`, `${header}${code}\n`);
      const result = await run(cxx, ["-std=c++17", `-I${include}`, "-fsyntax-only", file]);
      const seen = result.code !== 0 && says.test(result.output);
      report(seen, "hpp", "mistake", seen ? name : `not told of: ${name}\n${result.output}`);
    }),
  );
}

/** Built without -fvisibility=hidden. A process has one of each such symbol, whatever its plugins are. */
async function testSymbols(compiler, library) {
  const { output: symbols } = await run("nm", ["-DC", "--defined-only", library]);
  const shared = symbols.split("\n").filter(isOfOnePlugin);
  const isAlone = symbols.includes("baton_plugin_query") && shared.length === 0;
  const found = `exports what is each plugin's own: ${shared.join(", ")}`;
  report(isAlone, "hpp", `${compiler} symbols`, isAlone ? "two plugins share nothing" : found);
}

/** The plugin that the first comment shows. */
function exampleOf(file) {
  const text = readFileSync(file, "utf8");
  const shown = text.slice(
    text.indexOf(' *   #include "baton.hpp"'),
    text.indexOf(" * CONVENTIONS"),
  );
  return shown.replaceAll(/^ \*( {3})?/gm, "");
}

const isOfOnePlugin = (symbol) => /Keeper::get\(|returning\(/.test(symbol);

function clangIfThere() {
  const others = ["clang++"].filter(
    (other) => other !== cxx && spawnSync(other, ["--version"]).status === 0,
  );
  if (others.length === 0) console.log("skip   hpp    there is no second compiler here, clang++");
  return others;
}
