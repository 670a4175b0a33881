// Ends a file of tests that something keeps alive after its last test, such as a host that a test which
// took too long left open: the run would wait for it for ever. What kept it is said, and the file fails.
import { writeSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

/** How long what was closed may take to be gone, in milliseconds. */
const patience = 60_000;

function end() {
  const resources = process.getActiveResourcesInfo().join(", ");
  writeSync(
    2,
    `${process.argv[1]}: still alive ${patience} ms after its last test: ${resources}\n`,
  );
  process.exit(1);
}

// What a test starts inherits the flag that loads this, and is not a file of tests.
if (isMainThread && process.argv[1]?.endsWith(".test.ts")) {
  const { after } = await import("node:test");
  after(() => {
    setTimeout(end, patience).unref();
  });
}
