// Builds the native core and its tests in three ways (plain, ASan+UBSan, TSan), runs them, and proves with bugs on
// purpose that each checker sees what it is there for. Needs only a C and a C++ compiler.
//
//   node tools/test-native.mjs [--plain] [name…]     name: only tests whose file name contains one
import { testCore } from "./native/core-tests.mjs";
import { testHeader, testThreadSafety } from "./native/header-tests.mjs";
import { testHpp } from "./native/hpp-tests.mjs";
import { conclude, requireCompiler, ways } from "./native/toolchain.mjs";

const words = process.argv.slice(2);
const plainOnly = words.includes("--plain");
const names = words.filter((word) => !word.startsWith("--"));

requireCompiler();
if (names.length === 0) {
  await testHeader();
  await testHpp();
  if (!plainOnly) await testThreadSafety();
}
for (const way of plainOnly ? ["plain"] : Object.keys(ways)) await testCore(way, names);
conclude("native");
