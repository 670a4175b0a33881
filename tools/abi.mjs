// Prints the table of the binary interface, compares it with the published one (native/abi.txt), or
// publishes what was appended to it. Nothing publishes a change that breaks plugins: that is another
// major, with a table of its own.
//
//   node tools/abi.mjs [--check | --write] [--header <path>]
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compareTables, makeTable } from "./native/abi.mjs";

const root = resolve(fileURLToPath(import.meta.url), "../..");
const published = join(root, "native/abi.txt");
const intro = `# Every number, type and struct of baton.h: name, size; of a member offset, size, declaration.
# 64-bit platforms. Lines may be appended, to the file or to a struct; none may change. npm run abi
`;

const { values } = parseArgs({
  options: {
    check: { type: "boolean" },
    write: { type: "boolean" },
    header: { type: "string", default: join(root, "native/include/baton.h") },
  },
});

const current = makeTable(resolve(values.header));
if (values.check || values.write) {
  const lines = readFileSync(published, "utf8").trimEnd().split("\n");
  const { broken, appended } = compareTables(
    lines.filter((line) => !line.startsWith("#")),
    current,
  );
  for (const sentence of broken) console.log(`breaks plugins: ${sentence}`);
  for (const sentence of appended) console.log(`appended: ${sentence}`);
  if (broken.length > 0) process.exitCode = 1;
  else if (values.write) writeFileSync(published, `${intro}${current.join("\n")}\n`);
  else if (appended.length > 0) {
    console.log("What is appended harms nobody; publish it with: npm run abi -- --write");
    process.exitCode = 1;
  } else console.log(`${current.length} lines, as they were published`);
} else {
  process.stdout.write(`${intro}${current.join("\n")}\n`);
}
