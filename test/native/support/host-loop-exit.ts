/** A host of which a step on the loop ends the process. */
import { appendFileSync } from "node:fs";
import { again, LooperHost } from "./host-looper.ts";

const [addon = "", log = ""] = process.argv.slice(2);
const one = await LooperHost.open(addon, { concurrentJobs: 1 }, { log });
one.looper.onStep((_name, at) => {
  if (at < 100) return again;
  const began = performance.now();
  // After the host's own: that has been told by then to let go of everything.
  process.on("exit", () => {
    const took = performance.now() - began;
    appendFileSync(log, took < 1_000 ? "exited soon\n" : `exited after ${took} ms\n`);
  });
  process.exit(7);
});
// Native jobs do not keep their environment alive.
setInterval(() => {}, 1_000);
one.looper.submit("runs");
one.looper.submit("waits");
