// Imported before anything else: notes what its thread loads. A thread is told by its first argument what to
// run, and says what it has loaded when that is up.
import { registerHooks } from "node:module";
import { argv } from "node:process";
import { isMainThread, parentPort } from "node:worker_threads";

/** The files of everything that was loaded on this thread, in order. */
export const loaded: string[] = [];

registerHooks({
  load(url, context, nextLoad) {
    if (url.startsWith("file:")) loaded.push(url);
    return nextLoad(url, context);
  },
});

const [, , program] = argv;
if (!isMainThread && program !== undefined) {
  await import(program);
  parentPort?.postMessage({ kind: "loaded", loaded });
}
