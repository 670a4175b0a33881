// How much of JavaScript's memory is in use.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Bytes of the heap that are still reachable. */
export function usedHeap(): number {
  collect();
  return process.memoryUsage().heapUsed;
}
