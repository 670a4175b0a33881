#!/usr/bin/env node
// Nothing else may be imported statically here: modules are linked, and may fail on an old Node.js,
// before a line of this runs.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `baton needs Node.js 22.18 or newer, this is ${process.version}. Install one, or put node_modules/.bin of a clone in which "npm ci" was run first in the PATH.`,
  );
  process.exitCode = 1;
} else {
  // Before anything is loaded that would have to be loaded again.
  if (process.argv[2] === "serve") (await import("./small-heap.ts")).restartWithSmallHeap();
  const { main } = await import("./main.ts");
  await main(process.argv);
}
