import { parentPort, workerData } from "node:worker_threads";
import { controlOf, type SharedControl } from "../../../src/progress.ts";

// A thread of somebody's, which was given a control of an observer of the other side.
const shared = workerData as SharedControl;
const control = controlOf(shared);
const callback = control.callback();
control.log("info", "on my own thread");

// Never rests, until it is asked to stop.
let done = 0;
while (!control.signal.aborted) {
  done += 1;
  callback(50);
}
control.report(Number.NaN);
parentPort?.postMessage({ reason: control.signal.reason, done });
