/** A worker with a host of its own, whose jobs on the loop never end. Says "stepping" when they do. */
import { parentPort, workerData } from "node:worker_threads";
import { again, LooperHost } from "./host-looper.ts";

const { addon, log, end } = workerData as Record<"addon" | "log" | "end", string>;
const one = await LooperHost.open(addon, { concurrentJobs: 1 }, { log });
one.looper.onStep((name, at) => {
  if (at === 100) parentPort?.postMessage("stepping", []);
  if (at === 200 && end === "exits in a step") process.exit(0);
  if (at === 200 && end === "loops in a step") for (;;);
  return name === "runs" ? again : 1;
});
one.looper.onStop(() => 0);
// Native jobs do not keep their environment alive.
setInterval(() => {}, 1_000);
one.looper.submit("runs");
one.looper.submit("waits");
